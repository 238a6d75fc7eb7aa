"""How tests on MongoDB clean up: what a test wrote is gone, and what a migration wrote is there again.

Looking at all collections after each test takes a quarter of a second, longer than most tests do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import TestCase
from pymongo import monitoring

_KEPT = {"auth_permission", "django_content_type", "django_migrations"}
_WRITES = {"insert", "update", "delete", "findAndModify"}
_of_migrations: dict[str, dict[Any, dict[str, Any]]] = {}
_written: set[str] = set()


class _Writes(monitoring.CommandListener):
    """Notes which collections this process has written to, by whichever connection."""

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in _WRITES:
            _written.add(event.command[event.command_name])

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


monitoring.register(_Writes())


def remember_rows() -> None:
    """Keep in mind what is there now: at first, what the migrations have written."""
    for name in _collections():
        _of_migrations[name] = _rows(name)
    _written.clear()


def forget_rows(case: Any) -> None:
    """Take back what a test has written; one with committed rows may have had other processes write, too."""
    for name in _written & _collections() if isinstance(case, TestCase) else _collections():
        _take_back(name)
    _written.clear()


def _collections() -> set[str]:
    database: Any = connection.database  # type: ignore[attr-defined]
    return {name for name in database.list_collection_names() if name not in _KEPT and not name.startswith("system.")}


def _rows(name: str) -> dict[Any, dict[str, Any]]:
    database: Any = connection.database  # type: ignore[attr-defined]
    return {row["_id"]: row for row in database[name].find({})}


def _take_back(name: str) -> None:
    """Delete, and write again, only what is not as it was."""
    collection: Any = connection.database[name]  # type: ignore[attr-defined]
    there, kept = _rows(name), _of_migrations.get(name, {})
    if wrong := [key for key, row in there.items() if kept.get(key) != row]:
        collection.delete_many({"_id": {"$in": wrong}} if kept else {})
    if missing := [row for key, row in kept.items() if there.get(key) != row]:
        collection.insert_many(missing)


@contextmanager
def keeping() -> Iterator[None]:
    """What is there now is there again after each test of the block."""
    before = dict(_of_migrations)
    remember_rows()
    try:
        yield
    finally:
        _of_migrations.clear()
        _of_migrations.update(before)
        forget_rows(None)


@contextmanager
def away() -> Iterator[None]:
    """A server that does not answer."""
    from pymongo import MongoClient

    wrapper: Any = connection
    with MongoClient[Any]("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as nobody:
        there, wrapper.database = wrapper.database, nobody["nowhere"]
        yield
    wrapper.database = there


def at_most(counted: Any) -> Any:
    """``django_assert_num_queries`` where one statement of SQL may be up to two calls and their transaction's."""

    def check(number: int, *arguments: Any, **options: Any) -> Any:
        return counted(2 * number + 4, *arguments, **options)

    return check


@pytest.fixture
def django_assert_num_queries(django_assert_max_num_queries: Any) -> Any:
    """Bounded, not counted: the numbers in the tests are those of SQL."""
    return django_assert_max_num_queries


@pytest.fixture
def django_assert_max_num_queries(django_assert_max_num_queries: Any) -> Any:
    """The same for what is bounded there too."""
    return at_most(django_assert_max_num_queries)
