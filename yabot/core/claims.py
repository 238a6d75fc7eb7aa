"""Which deliveries are next: due, alive, the most urgent first, and none whose person has an earlier one held back."""

import functools
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from yabot.core import clock, rows
from yabot.core.models import Delivery, EventRecord
from yabot.core.prepared import Prepared

Row = tuple[Any, ...]
DELIVERY = ("id", "user_id", "sequence", "event_id")
EVENT = ("type", "user_id", "payload", "correlation_id")


def due(module: str, *, shards: Collection[int] | None, limit: int, ceiling: int) -> list[Row]:
    """Up to ``limit`` rows of ``DELIVERY`` with those of ``EVENT``; ``ceiling`` is the least urgent priority."""
    chosen = tuple(sorted(shards)) if shards is not None else None
    now = clock.now()
    if connection.vendor == "mongodb":
        return _with_events(_unheld(module, chosen, limit, ceiling, now))
    return _query(chosen, limit).rows(module=module, now=now, ceiling=ceiling)


# --- SQL: one statement -----------------------------------------------------------------------------------------------
@functools.lru_cache(maxsize=64)
def _query(shards: tuple[int, ...] | None, limit: int) -> Prepared:
    def build(*, module: str, now: datetime, ceiling: int) -> QuerySet[Delivery, Row]:
        earlier = Delivery.objects.filter(
            module=module, user_id=OuterRef("user_id"), sequence__lt=OuterRef("sequence"), dead_at=None
        ).filter(Q(due_at__gt=now) | Q(priority__gt=OuterRef("priority")))
        waiting = Delivery.objects.filter(module=module, dead_at=None, due_at__lte=now, priority__lte=ceiling)
        if shards is not None:
            waiting = waiting.filter(shard__in=shards)
        names = (*DELIVERY, *(f"event__{name}" for name in EVENT))
        return waiting.filter(~Exists(earlier)).order_by("priority", "id").values_list(*names)[:limit]

    return Prepared(build, module="\x01module", now=datetime(1999, 1, 1, tzinfo=UTC), ceiling=101)


# --- MongoDB: three questions, because a join asks once for each row there --------------------------------------------
def _unheld(
    module: str, shards: tuple[int, ...] | None, limit: int, ceiling: int, now: datetime
) -> list[Sequence[Any]]:
    """Windows of the queue, without what is held back, until there is enough or the queue ends."""
    found: list[Sequence[Any]] = []
    for window in _windows(module, shards, limit, ceiling, now):
        held = _held(module, window, now)
        found += [row for row in window if row[2] <= held.get((row[1], row[4]), row[2])]
        if len(found) >= limit:
            break
    return found[:limit]


def _windows(
    module: str, shards: tuple[int, ...] | None, limit: int, ceiling: int, now: datetime
) -> Iterator[list[Sequence[Any]]]:
    waiting = Delivery.objects.filter(module=module, dead_at=None, due_at__lte=now, priority__lte=ceiling)
    if shards is not None:
        waiting = waiting.filter(shard__in=shards)
    ordered = waiting.order_by("priority", "id").values_list(*DELIVERY, "priority")
    start = 0
    while window := list(ordered[start : start + limit]):
        yield window
        if len(window) < limit:
            return
        start += limit


def _held(module: str, window: Sequence[Sequence[Any]], now: datetime) -> dict[tuple[int, int], int]:
    """For each person and priority of the window, the first sequence that holds later ones back."""
    wanted = {(row[1], row[4]) for row in window}
    least = min(priority for _, priority in wanted)
    alive = Delivery.objects.filter(module=module, dead_at=None, user_id__in={row[1] for row in window})
    holding = alive.filter(Q(due_at__gt=now) | Q(priority__gt=least)).order_by()
    held: dict[tuple[int, int], int] = {}
    for user_id, sequence, priority, due_at in holding.values_list("user_id", "sequence", "priority", "due_at"):
        for person, urgency in wanted:
            if person == user_id and (due_at > now or priority > urgency):
                held[person, urgency] = min(sequence, held.get((person, urgency), sequence))
    return held


def _with_events(found: Sequence[Sequence[Any]]) -> list[Row]:
    events = {row[0]: row[1:] for row in rows.select(EventRecord, ("id", *EVENT), {"id": [row[3] for row in found]})}
    return [(*row[:4], *events[row[3]]) for row in found if row[3] in events]
