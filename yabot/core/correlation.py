"""Which fact led to which: one correlation id from the update to the last message."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from yabot.core.ids import uuid7


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a fact stands in its chain: the chain's id, its own event id (None for an update), its number."""

    correlation_id: UUID
    event_id: UUID | None = None
    sequence: int = 0


_current: ContextVar[Trace | None] = ContextVar("yabot_trace", default=None)


def current() -> Trace:
    """The chain this code works for, or the beginning of a new one."""
    return _current.get() or Trace(uuid7())


@contextmanager
def following(trace: Trace) -> Iterator[Trace]:
    """Everything announced inside belongs to ``trace``'s chain."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
