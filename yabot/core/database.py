"""Connections that long-lived threads can trust."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from yabot.core.transactions import is_inside, is_transient

P = ParamSpec("P")
R = TypeVar("R")


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
