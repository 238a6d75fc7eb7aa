"""Connections that long-lived threads can trust."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection

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
