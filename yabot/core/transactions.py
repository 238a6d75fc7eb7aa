"""Transactions that mean the same on every engine.

The only module that may import ``django.db.transaction`` (ruff's TID251 holds that): on MongoDB Django's own does
nothing, and on all engines a transient failure must re-run the whole function.
"""

import functools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from yabot.core import errands, mongodb, turns
from yabot.core.mongodb import PyMongoError

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 15 if connection.vendor == "mongodb" else 5  # there nobody waits for a row: each loses at once to the first
LONGEST_PAUSE = 1.0  # seconds
RACES = 2  # lost to somebody who inserted the same row between our look and our insert
_LOCKED = ("database is locked", "database table is locked")  # SQLite's words are the same in every language
_SERIALIZATION_FAILURE, _DEADLOCK_DETECTED = "40001", "40P01"


_SNAPSHOT = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


class _Depth(threading.local):
    inside = False


_depth = _Depth()


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """All or nothing: the function's writes commit together when the outermost atomic function returns.

    A decorator, not a block, because a transient conflict **re-runs the whole function**: it must touch nothing but
    the database. Inner atomic functions join the outer transaction; an exception from one must not be caught inside
    the outer one (there are no savepoints on MongoDB): the whole then rolls back. Where writers do not wait for each
    other, a broken constraint is run again too: the row that was not there a moment ago is found now.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _depth.inside:
            with _inner():
                return function(*args, **kwargs)
        return errands.run(lambda: _whole(lambda: function(*args, **kwargs)))

    return run


def _whole(work: Callable[[], R]) -> R:
    """Run ``work`` as a transaction, again while that may help."""
    for attempt in range(1, TRIES + 1):
        try:
            with _outermost():
                return work()
        except (DatabaseError, PyMongoError) as error:
            if is_inside():
                raise
            if not _may_succeed_later(error, attempt):
                if isinstance(error, DatabaseError):
                    raise
                raise OperationalError(str(error)) from error  # what MongoDB's driver says of a commit
        time.sleep(min(LONGEST_PAUSE, random.uniform(0.01, 0.05) * 2**attempt))
    raise AssertionError("unreachable: the last try returns or raises")


def _may_succeed_later(error: Exception, attempt: int) -> bool:
    lost_race = isinstance(error, IntegrityError) and attempt <= RACES and connection.vendor != "sqlite"
    return attempt < TRIES and (lost_race or is_transient(error))


@contextmanager
def _outermost() -> Iterator[None]:
    with _turn():
        _depth.inside = True
        try:
            with mongodb.transaction() if connection.vendor == "mongodb" else transaction.atomic():
                yield
        finally:
            _depth.inside = False


@contextmanager
def _inner() -> Iterator[None]:
    if connection.vendor == "mongodb":
        with mongodb.joined():
            yield
        return
    with transaction.atomic(savepoint=False):
        yield


@contextmanager
def _turn() -> Iterator[None]:
    """On SQLite one writes at a time: waiting here is fair, waiting in SQLite is not."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    database = "" if connection.is_in_memory_db() else str(connection.settings_dict["NAME"])  # type: ignore[attr-defined]
    with turns.my_turn(database, longest=connection.settings_dict["OPTIONS"]["timeout"]):
        yield


def is_inside() -> bool:
    """Whether a transaction is open: what fails now takes it along."""
    return connection.in_atomic_block or getattr(connection, "in_atomic_block_mongo", False)


def is_transient(error: BaseException) -> bool:
    """Whether the same transaction may succeed when simply run again."""
    if connection.vendor == "sqlite" and any(sign in str(error) for sign in _LOCKED):
        return True
    if connection.vendor == "mongodb" and mongodb.is_transient(error):
        return True
    return _sqlstate(error) in {_SERIALIZATION_FAILURE, _DEADLOCK_DETECTED}


def _sqlstate(error: BaseException | None) -> str:
    """The server's own code for what went wrong; its words depend on its language."""
    while error is not None:
        if state := getattr(error, "sqlstate", None):
            return str(state)
        error = error.__cause__
    return ""


def on_commit(hook: Callable[[], object]) -> None:
    """Call ``hook`` after the commit. A hint only: if it fails, that is logged and the data stays committed."""
    transaction.on_commit(hook, robust=True)


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Read one state of the database, and write nothing, without making writers wait.

    ``atomic`` would take SQLite's write lock for as long as it reads, and on PostgreSQL each of its statements sees
    another moment. Inside a transaction this reads what that transaction sees.
    """
    if is_inside():
        yield
    elif connection.vendor == "mongodb":
        with mongodb.snapshot():
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute(_SNAPSHOT[connection.vendor])
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
