"""The event bus's front: typed events, signals that carry batches, and ``publish``.

Something that happened is a frozen dataclass of ids and numbers. Publishing writes it to the audit log and one
delivery row per listening module, in the caller's transaction; ``yabot.core.delivery`` brings it to the receivers.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from yabot.core import bell, clock, correlation, rows
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, EventRecord, EventStream, Priority
from yabot.core.signals import Event, EventSignal, signal_of
from yabot.core.transactions import atomic, on_commit

__all__ = ["NOBODY", "SHARDS", "Event", "EventSignal", "publish", "signal_of", "together"]

SHARDS = 16
NOBODY = 0  # the stream of events that are about no person


@dataclass(frozen=True, slots=True)
class _Announced:
    """An event that was published, its id and cause settled."""

    event: Event
    id: UUID
    cause: Trace

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(event, uuid7(), event.trace or correlation.current())

    @property
    def stream(self) -> int:
        return NOBODY if self.event.user_id is None else self.event.user_id

    def trace(self, sequence: int = 0) -> Trace:
        return Trace(self.cause.correlation_id, self.id, sequence)


@dataclass(frozen=True, slots=True)
class _Written:
    """The rows of one published event."""

    record: tuple[Any, ...]
    deliveries: list[tuple[Any, ...]]
    trace: Trace

    @classmethod
    def of(cls, announced: _Announced, sequence: int, now: datetime) -> Self:
        event, event_id, cause, stream = announced.event, announced.id, announced.cause, announced.stream
        signal = signal_of(event)
        record = (
            event_id,
            event.type_name(),
            event.user_id,
            signal.encode(event),
            cause.correlation_id,
            cause.event_id,
            sequence,
            int(signal.priority),
            now,
        )
        shard = stream % SHARDS
        deliveries = [
            (uuid7(), event_id, module, stream, sequence, shard, int(signal.priority), now, 0, "")
            for module in signal.wanted_by(event)
        ]
        return cls(record, deliveries, announced.trace(sequence))


RECORD = (
    "id",
    "type",
    "user_id",
    "payload",
    "correlation_id",
    "causation_id",
    "sequence",
    "priority",
    "occurred_at",
)
DELIVERY = (
    "id",
    "event",
    "module",
    "user_id",
    "sequence",
    "shard",
    "priority",
    "due_at",
    "attempts",
    "last_error",
)


_together: ContextVar[list[_Announced] | None] = ContextVar("yabot_together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """What is published inside goes out at the end, in the order it was published: three statements for all of it.

    For a service that has others do their part in its transaction. When it fails, nothing was announced.
    """
    if _together.get() is not None:
        yield
        return
    gathered: list[_Announced] = []
    token = _together.set(gathered)
    try:
        yield
    finally:
        _together.reset(token)
    _write(gathered)


@atomic
def publish(events: Sequence[Event]) -> list[Trace]:
    """Announce what happened, in the caller's transaction: if that rolls back, nothing was announced.

    Writes an audit row for each event and a delivery row for each module that listens, numbered per person in the
    order given. An event's ``trace`` names its cause; without one it belongs to the current chain. Returns where
    each event now stands in its chain, so that what follows can name it as its cause (inside ``together`` it has no
    number yet). Three statements for any list.
    """
    announced = [_Announced.of(event) for event in events]
    gathered = _together.get()
    if gathered is None:
        return _write(announced)
    gathered += announced
    return [one.trace() for one in announced]


@atomic
def _write(announced: Sequence[_Announced]) -> list[Trace]:
    if not announced:
        return []
    now = clock.now()
    numbers = _next_numbers(Counter(one.stream for one in announced))
    written = [_Written.of(one, next(numbers[one.stream]), now) for one in announced]
    rows.insert(EventRecord, RECORD, [part.record for part in written])
    deliveries = [row for part in written for row in part.deliveries]
    rows.insert(Delivery, DELIVERY, deliveries)
    _let_urgent_ones_pull([one.event for one in announced])
    if deliveries:
        on_commit(functools.partial(bell.ring, *{row[2] for row in deliveries}))
    return [part.trace for part in written]


def _next_numbers(wanted: Counter[int]) -> dict[int, Iterator[int]]:
    """For each stream, its next numbers. The counter's row stays locked until the transaction ends."""
    columns = ("user_id", "last_sequence")
    counted = sorted(wanted.items())  # always in one order, so that two publishers never wait for each other
    last = rows.count_up(EventStream, columns, counted, key=("user_id",), column="last_sequence", returning=columns)
    found = dict(last)
    return {user_id: iter(range(found[user_id] - count + 1, found[user_id] + 1)) for user_id, count in wanted.items()}


def _let_urgent_ones_pull(events: Iterable[Event]) -> None:
    """A person's earlier events move up with a critical one: order per person holds at every priority."""
    urgent = {event.user_id or NOBODY for event in events if signal_of(event).priority == Priority.CRITICAL}
    if urgent:
        Delivery.objects.filter(user_id__in=urgent, dead_at=None).update(priority=Priority.CRITICAL)
