"""The bus's engine: brings events to modules, at least once, in order per person, in batches.

A batch is one transaction: the signals are sent, the receivers write, the delivery rows are deleted by exact id. The
count of deleted rows is the fence: should two workers hold the same rows (a lease ran out), the second one finds
fewer rows than it delivered and rolls back, so every effect and the order hold without any lock.
"""

import logging
import random
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import F, Min

from yabot.core import bell, claims, clock, correlation, faults, rows
from yabot.core.correlation import Trace
from yabot.core.errors import Unavailable
from yabot.core.events import DELIVERY, NOBODY, SHARDS, Event, EventSignal, signal_of
from yabot.core.metrics import Kind, Operation, record
from yabot.core.models import Delivery, EventRecord, Priority
from yabot.core.modules import runs
from yabot.core.redaction import redact
from yabot.core.splitting import run_splitting
from yabot.core.transactions import atomic, is_transient, on_commit

log = logging.getLogger(__name__)

FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(hours=1)
UNREADABLE = "this version knows no such event"
WAIT_FOR_OTHERS = timedelta(seconds=30)


class Overtaken(Exception):
    """Another worker delivered these rows meanwhile; this transaction must not count."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery row with its event, ready to be heard."""

    id: UUID
    lane: int
    sequence: int
    event: Event | None

    @property
    def chain(self) -> UUID | None:
        """The chain the event belongs to."""
        return self.event.trace.correlation_id if self.event and self.event.trace else None


def deliver(module: str, *, shards: Collection[int] | None = None, limit: int | None = None, calm: bool = False) -> int:
    """Bring up to ``limit`` waiting events to ``module``; how many were heard.

    Critical ones first, each person's in order. ``calm`` leaves low priorities waiting (overload). A receiver that
    raises rolls its batch back; the batch is split until the bad event stands alone, and that one is tried again
    later (2 s, 4 s, … with jitter) while it holds back its own person's later events for this module only. After
    ``DELIVERY_TRIES`` tries it is a dead letter, except while it only waits: for another module (an
    ``Unavailable`` that passes), or for rows that somebody else holds.
    """
    size, started = limit or settings.DELIVERY_BATCH, perf_counter()
    try:
        heard = _first_try(module, shards, size, calm)
        if heard:
            _measure(module, started, heard)
            faults.point("after_delivery_commit")
        return len(heard)
    except Overtaken:
        return 0
    except Exception as error:  # noqa: BLE001 - looked at again, one by one, below
        log.info("a batch for %s is split: %s", module, redact(repr(error)))
    waiting = claim(module, shards=shards, limit=size, calm=calm)
    heard_now = run_splitting(
        waiting, partial(_hear, module), partial(_reject, module=module), lane=lambda item: item.lane
    )
    _measure(module, started, waiting[:heard_now])
    return heard_now


def _measure(module: str, started: float, heard: Sequence[Waiting]) -> None:
    """Count a batch; its chain is that of its first event."""
    if heard:
        ms = (perf_counter() - started) * 1000
        record(Operation(Kind.DELIVERY, module, "batch"), ms, items=len(heard), chain=heard[0].chain)


@atomic
def _first_try(module: str, shards: Collection[int] | None, size: int, calm: bool) -> list[Waiting]:
    waiting = claim(module, shards=shards, limit=size, calm=calm)
    _dispatch(module, waiting)
    return waiting


@atomic
def _hear(module: str, waiting: Sequence[Waiting]) -> None:
    _dispatch(module, waiting)


def claim(module: str, *, shards: Collection[int] | None, limit: int, calm: bool = False) -> list[Waiting]:
    """The next rows of ``module``: due, alive, critical first, and none whose person has an earlier one held back."""
    ceiling = int(Priority.NORMAL if calm else Priority.LOW)
    found = claims.due(module, shards=shards, limit=limit + 1, ceiling=ceiling)
    if len(found) > limit:  # the cut may part a person's rows whose ids are not in order
        found = _without_gaps(module, found[:limit])
    found.sort(key=lambda row: row[2])
    waiting = [_waiting(row) for row in found]
    unreadable = [item.id for item in waiting if item.event is None]
    if unreadable:
        Delivery.objects.filter(pk__in=unreadable).update(dead_at=clock.now(), last_error=UNREADABLE)
    return [item for item in waiting if item.event is not None]


def _without_gaps(module: str, found: list[tuple]) -> list[tuple]:
    """Leave out rows whose person has an earlier waiting row that was not found."""
    first: dict[int, int] = {}
    for row in found:
        first[row[1]] = min(row[2], first.get(row[1], row[2]))
    lowest = dict(
        Delivery.objects.filter(module=module, user_id__in=first, dead_at=None)
        .values_list("user_id")
        .annotate(Min("sequence"))
    )
    return [row for row in found if lowest.get(row[1], 0) >= first[row[1]]]


def _waiting(row: tuple) -> Waiting:
    delivery_id, lane, sequence, event_id, type_name, user_id, payload, correlation_id = row
    signal = EventSignal.known.get(type_name)
    trace = Trace(correlation_id, event_id, sequence)
    return Waiting(delivery_id, lane, sequence, _event(signal, payload, user_id, trace) if signal else None)


def _event(signal: EventSignal, payload: str, user_id: int | None, trace: Trace) -> Event | None:
    try:
        return signal.decode(payload, user_id=user_id, trace=trace)
    except Exception:  # noqa: BLE001 - whatever another version wrote there: it must not hold back everything behind it
        return None


def _dispatch(module: str, waiting: Sequence[Waiting]) -> None:
    """Send the signals, then delete the rows: both or neither."""
    if not waiting:
        return
    for signal, events in _waves(waiting):
        signal.send(module, events=events)
    faults.point("in_delivery")
    gone = rows.delete(Delivery, {"id": [item.id for item in waiting]})
    if gone != len(waiting):
        raise Overtaken


def _waves(waiting: Iterable[Waiting]) -> Iterable[tuple[EventSignal, list[Event]]]:
    """Group events by type into as few signals as each person's order allows."""
    events = [item.event for item in waiting if item.event is not None]
    if len({type(event) for event in events}) == 1:
        yield signal_of(events[0]), events
        return
    lanes: dict[int, deque[Event]] = defaultdict(deque)
    for item in waiting:
        if item.event is not None:
            lanes[item.lane].append(item.event)
    while lanes:
        signal = signal_of(next(iter(lanes.values()))[0])
        wave: list[Event] = []
        for lane in list(lanes):
            queue = lanes[lane]
            while queue and signal_of(queue[0]) is signal:
                wave.append(queue.popleft())
            if not queue:
                del lanes[lane]
        yield signal, wave


def _reject(item: Waiting, error: Exception, module: str) -> None:
    """Note the failure; try again later, or give up."""
    if isinstance(error, Overtaken) or item.event is None or item.event.trace is None:
        return
    operation = Operation(Kind.DELIVERY, module, item.event.type_name())
    record(operation, 0, error=f"{type(error).__name__}: {error}", chain=item.chain)
    with correlation.following(item.event.trace):
        _put_off(item, error)


@atomic
def _put_off(item: Waiting, error: Exception) -> None:
    row = Delivery.objects.filter(pk=item.id).first()
    if row is None:
        return
    row.attempts += 1
    row.last_error = redact(f"{type(error).__name__}: {error}")[:2000]
    row.due_at = clock.now() + _pause(row.attempts, error)
    if row.attempts >= settings.DELIVERY_TRIES and not _only_waits(error):
        row.dead_at = clock.now()
        log.error("%s is now a dead letter of %s: %s", row.event_id, row.module, row.last_error)
    row.save(update_fields=["attempts", "last_error", "due_at", "dead_at"])


def _only_waits(error: Exception) -> bool:
    """Whether it is nobody's fault, and will pass."""
    return (isinstance(error, Unavailable) and error.passes) or is_transient(error)


def _pause(attempts: int, error: Exception) -> timedelta:
    """What only waits is tried again soon after that has passed."""
    return min(WAIT_FOR_OTHERS, backoff(attempts)) if _only_waits(error) else backoff(attempts)


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: doubling, with jitter of a quarter, an hour at most."""
    return min(LONGEST_RETRY, FIRST_RETRY * (1 << min(attempts - 1, 30))) * random.uniform(0.75, 1.25)


@atomic
def replay(ids: Collection[UUID]) -> int:
    """Give dead letters a new life, with all their tries; how many. Each keeps its place in its person's order."""
    on_commit(partial(bell.ring, *modules()))
    return Delivery.objects.filter(pk__in=ids, dead_at__isnull=False).update(
        dead_at=None, attempts=0, due_at=clock.now(), last_error=F("last_error")
    )


def waiting_for(module: str, event_ids: Collection[UUID]) -> set[UUID]:
    """Those of these events that ``module`` has still to hear, dead letters too."""
    found = Delivery.objects.filter(event__in=event_ids).order_by().values_list("event_id", "module")
    return {event_id for event_id, waits in found if waits == module}


@atomic
def put_back(module: str, event_ids: Collection[UUID]) -> set[UUID]:
    """Have ``module`` hear these events though no delivery of them waits; for which ones a delivery was made.

    For deliveries that were lost. Receivers may hear an event twice, so one that was heard after all changes nothing.
    The key is made from event and module: two callers make one delivery.
    """
    waiting = waiting_for(module, event_ids)
    lost = EventRecord.objects.filter(pk__in=set(event_ids) - waiting)
    now = clock.now()
    made: dict[UUID, tuple[Any, ...]] = {}
    for event_id, user_id, sequence, priority in lost.values_list("id", "user_id", "sequence", "priority"):
        stream = NOBODY if user_id is None else user_id
        key = uuid5(event_id, module)
        made[key] = (key, event_id, module, stream, sequence, stream % SHARDS, priority, now, 0, "")
    new = {UUID(str(key)) for (key,) in rows.insert_new(Delivery, DELIVERY, list(made.values()), key=("id",))}
    if new:
        on_commit(partial(bell.ring, module))
    return {row[1] for key, row in made.items() if key in new}


def backlog() -> int:
    """How many deliveries wait (dead letters do not)."""
    return Delivery.objects.filter(dead_at=None).count()


def is_overloaded() -> bool:
    """Whether so much waits that low priorities have to let others pass. Looks at no more rows than the limit."""
    limit = int(settings.DELIVERY_BACKLOG_LIMIT)
    return Delivery.objects.filter(dead_at=None).order_by()[: limit + 1].count() > limit


def modules() -> list[str]:
    """Every module that listens to anything, in a fixed order; whichever process runs it."""
    return sorted({module for signal in EventSignal.known.values() for module in signal.modules})


def modules_here() -> list[str]:
    """The modules this process delivers to, in the same order. The others' rows wait for who runs them."""
    return [module for module in modules() if runs(module)]
