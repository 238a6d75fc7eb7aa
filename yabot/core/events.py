"""The event bus's front: typed events, signals that carry batches, and ``publish``.

Something that happened is a frozen dataclass of ids and numbers. Publishing writes it to the audit log and one
delivery row per listening module, in the caller's transaction; ``yabot.core.delivery`` brings it to the receivers.
"""

import functools
import re
import sys
import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, Self
from uuid import UUID

import orjson
from django.dispatch import Signal

from yabot.core import bell, clock, correlation, rows
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, EventRecord, EventStream, Priority
from yabot.core.transactions import atomic, on_commit

SHARDS = 16
NOBODY = 0  # the stream of events that are about no person


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened. ``trace`` is its place in the chain: set on delivery; on publishing, its cause's."""

    user_id: int | None = None
    trace: Trace | None = field(default=None, compare=False, repr=False)

    @classmethod
    @functools.cache
    def type_name(cls) -> str:
        """``BesitosAdded`` is ``besitos_added`` in rows, in the API and in webhooks."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


Wish = Callable[[Any], bool]


class EventSignal(Signal):
    """A Django signal that carries a list of one kind of event to one module at a time.

    Receivers are connected as always (``@receiver(besitos_added)``) and get ``events``, a list in order; the module
    is the receiver's top-level package. They run inside the delivery's transaction and act on the whole list.
    """

    known: ClassVar[dict[str, "EventSignal"]] = {}
    _curious: ClassVar[list[tuple[Callable[..., object], str, Wish]]] = []  # who listens to every public event

    def __init__(
        self,
        event: type[Event],
        *,
        priority: Priority = Priority.NORMAL,
        is_public: bool = True,
        private: Iterable[str] = (),
    ) -> None:
        """Other programs may hear of a public event, without its ``private`` fields."""
        super().__init__()
        self.event = event
        self.priority = priority
        self.is_public = is_public
        self.private = frozenset(private)
        self.modules: list[str] = []
        self._picky: dict[str, list[Wish]] = {}  # modules whose every receiver has a wish
        self.known[event.type_name()] = self
        self._codec = _Codec(event)
        for receiver, module, wish in self._curious if is_public else ():
            self.connect(receiver, sender=module, wish=wish)

    @classmethod
    def connect_to_public(cls, receiver: Callable[..., object], module: str, wish: Wish) -> None:
        """Let ``receiver`` hear every public event there is and will be, on behalf of ``module``."""
        cls._curious.append((receiver, module, wish))
        for signal in cls.known.values():
            if signal.is_public:
                signal.connect(receiver, sender=module, wish=wish)

    def connect(
        self,
        receiver: Callable[..., object],
        sender: object = None,
        weak: bool = False,
        dispatch_uid: str | None = None,
        wish: "Wish | None" = None,
    ) -> None:
        """Let ``receiver`` hear this event on behalf of its module (or of the module named by ``sender``).

        ``wish`` is asked when an event is published, in microseconds and without the database: a module none of whose
        receivers wants the event gets no delivery.
        """
        module = sys.intern(str(sender or receiver.__module__.partition(".")[0]))
        uid = dispatch_uid or f"{receiver.__module__}.{receiver.__qualname__}"
        super().connect(receiver, sender=module, weak=False, dispatch_uid=uid)
        self._note_wish(module, wish)
        if module not in self.modules:
            self.modules = sorted([*self.modules, module])

    def _note_wish(self, module: str, wish: "Wish | None") -> None:
        if wish is not None and (module not in self.modules or module in self._picky):
            self._picky.setdefault(module, []).append(wish)
        else:
            self._picky.pop(module, None)

    def wanted_by(self, event: "Event") -> list[str]:
        """The modules that are to hear this event."""
        if not self._picky:
            return self.modules
        return [
            module
            for module in self.modules
            if module not in self._picky or any(wish(event) for wish in self._picky[module])
        ]

    def forget(self, module: str) -> None:
        """Write no more deliveries for a module whose receivers were disconnected."""
        self.modules = [name for name in self.modules if name != module]
        self._picky.pop(module, None)

    def encode(self, event: Event) -> str:
        """The event's own fields as JSON text."""
        return self._codec.encode(event)

    def decode(self, payload: str, *, user_id: int | None, trace: Trace) -> Event:
        """The event again, as its module will hear it."""
        return self._codec.decode(payload, user_id, trace)


class _Codec:
    """Turns events of one type into JSON text and back; ids and times keep their types."""

    _readers: ClassVar[dict[Any, Callable[[str], Any]]] = {UUID: UUID, datetime: datetime.fromisoformat}

    def __init__(self, event: type[Event]) -> None:
        self._event = event
        self._names = [part.name for part in fields(event) if part.name not in {"user_id", "trace"}]
        self._values = attrgetter(*self._names, "user_id", "user_id")  # at least two, so always a tuple
        hints = typing.get_type_hints(event)
        kinds = {name: _plain(hints[name]) for name in self._names}
        self._special = {name: self._readers[kind] for name, kind in kinds.items() if kind in self._readers}

    def encode(self, event: Event) -> str:
        return orjson.dumps(dict(zip(self._names, self._values(event), strict=False))).decode()

    def decode(self, payload: str, user_id: int | None, trace: Trace) -> Event:
        given = orjson.loads(payload)
        for name, read in self._special.items():
            if given.get(name) is not None:
                given[name] = read(given[name])
        return self._event(user_id=user_id, trace=trace, **given)


def _plain(hint: Any) -> Any:
    """``UUID | None`` is a UUID."""
    options = [part for part in typing.get_args(hint) if part is not type(None)]
    return options[0] if len(options) == 1 else hint


def signal_of(event: Event | type[Event]) -> EventSignal:
    """The signal that carries this event."""
    return EventSignal.known[event.type_name()]


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
