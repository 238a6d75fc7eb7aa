"""Reading many things as they were at one moment, without making writers wait."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")

_BEGIN = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


def in_one_snapshot(function: Callable[P, R]) -> Callable[P, R]:
    """Let ``function`` read one state of the database. It must not write.

    ``atomic`` would take SQLite's write lock for as long as it reads, and on PostgreSQL each of its statements sees
    another moment. Inside a transaction this reads what that transaction sees.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with _snapshot():
            return function(*args, **kwargs)

    return run


@contextmanager
def _snapshot() -> Iterator[None]:
    begin = _BEGIN.get(connection.vendor)
    if begin is None or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
