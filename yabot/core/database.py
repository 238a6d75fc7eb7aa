"""Connections that long-lived threads can trust."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ParamSpec, TypeVar

from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection

from yabot.core.transactions import atomic, is_inside, is_transient

P = ParamSpec("P")
R = TypeVar("R")


def is_away(error: BaseException | None) -> bool:
    """Whether the database did not answer, or took nothing, rather than refused what it was asked."""
    while error is not None:
        kinds = type(error).__mro__
        if isinstance(error, OperationalError | InterfaceError) or any(kind.__name__ == _MONGODB for kind in kinds):
            return True
        error = error.__cause__
    return False


_MONGODB = "ConnectionFailure"  # pymongo's, wherever it is wrapped


@atomic
def try_to_write() -> None:
    """Raises what every write raises while the database is away; changes nothing."""
    from yabot.core.models import Lease

    Lease.objects.filter(pk="").update(owner="")


@contextmanager
def no_statement_longer_than(seconds: float) -> Iterator[None]:
    """Have PostgreSQL end a statement that takes longer: ``is_away`` is true of the error. Others set no limit."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection  # not through a cursor of Django's: this is no statement of the caller's
    with connection.wrap_database_errors:
        raw.execute(f"SET statement_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        with suppress(Error), connection.wrap_database_errors:  # a broken connection is not used again
            raw.execute("RESET statement_timeout")


def with_healthy_connection(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` with a connection that works: a dead one is closed, and the function is run once again.

    For entrances of long-lived threads only: the function must be safe to repeat.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            if is_inside() or is_transient(error):
                raise
            connection.close()
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return run
