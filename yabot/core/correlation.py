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
_update: ContextVar[int | None] = ContextVar("yabot_update", default=None)


def current() -> Trace:
    """The chain this code works for, or the beginning of a new one."""
    return _current.get() or Trace(uuid7())


def known() -> UUID | None:
    """The id of the chain this code works for, if it works for one."""
    trace = _current.get()
    return None if trace is None else trace.correlation_id


def labels() -> dict[str, str]:
    """What a log line should carry: the ids of the chain, the event and the update, where they are known."""
    trace, update = _current.get(), _update.get()
    found: dict[str, str] = {}
    if trace is not None:
        found["correlation_id"] = str(trace.correlation_id)
        if trace.event_id is not None:
            found["event_id"] = str(trace.event_id)
    if update is not None:
        found["update_id"] = str(update)
    return found


@contextmanager
def following(trace: Trace, *, update: int | None = None) -> Iterator[Trace]:
    """Everything announced inside belongs to ``trace``'s chain; log lines also name the ``update``."""
    token, before = _current.set(trace), _update.set(update)
    try:
        yield trace
    finally:
        _current.reset(token)
        _update.reset(before)
