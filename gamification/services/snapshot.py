"""Reading many things as they were at one moment, without making writers wait."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from yabot.core.transactions import one_snapshot

P = ParamSpec("P")
R = TypeVar("R")


def in_one_snapshot(function: Callable[P, R]) -> Callable[P, R]:
    """Let ``function`` read one state of the database. It must not write."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with one_snapshot():
            return function(*args, **kwargs)

    return run
