"""What a transaction needs from outside the database, brought between two runs of it.

A transaction must not wait for another machine, and an ``atomic`` function may be re-run as a whole. So a call that
leaves the process ends the run instead (everything is rolled back), is made while no transaction is open, and its
outcome is handed to the next run.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

MOST = 5
_brought: ContextVar[dict[Hashable, Callable[[], Any]] | None] = ContextVar("yabot_errands", default=None)


class Errand(BaseException):
    """Ends a run of an ``atomic`` function; nobody but it catches this."""

    def __init__(self, key: Hashable, go: Callable[[], object]) -> None:
        super().__init__(key)
        self.key, self.go = key, go


class TooManyErrands(Exception):
    """Every run of a transaction needed something else: it would never end."""


def bring(key: Hashable, go: Callable[[], T]) -> T:
    """What ``go`` returns or raises. Inside an ``atomic`` function it is called between two runs, once per ``key``."""
    brought = _brought.get()
    if brought is None:
        return go()
    if key not in brought:
        raise Errand(key, go)
    return brought[key]()  # type: ignore[no-any-return]


def run(function: Callable[[], T]) -> T:
    """Run a whole transaction, again after each errand it needs. Raises TooManyErrands after five."""
    with _nothing_yet() as brought:
        while True:
            try:
                return function()
            except Errand as errand:
                if len(brought) == MOST:
                    raise TooManyErrands(str(errand.key)) from None
                needed = errand
            brought[needed.key] = _outcome(needed.go)


@contextmanager
def _nothing_yet() -> Iterator[dict[Hashable, Callable[[], Any]]]:
    brought: dict[Hashable, Callable[[], Any]] = {}
    token = _brought.set(brought)
    try:
        yield brought
    finally:
        _brought.reset(token)


def _outcome(go: Callable[[], T]) -> Callable[[], T]:
    """Call ``go`` outside every transaction; what it returned or raised, as a function."""
    token = _brought.set(None)
    try:
        value = go()
    except Exception as error:  # noqa: BLE001 - it is raised where the errand was needed
        problem = error

        def fail() -> T:
            raise problem

        return fail
    finally:
        _brought.reset(token)
    return lambda: value
