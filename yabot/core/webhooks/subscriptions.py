"""Who wants to hear of which event: asked at every publication, so known by heart and read every two seconds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models.signals import post_delete, post_save

from yabot.core import bell, clock, rows
from yabot.core.events import NOBODY, Event
from yabot.core.ids import uuid7
from yabot.core.models import CallState, EventRecord, WebhookDelivery, WebhookEndpoint
from yabot.core.remembered import Remembered
from yabot.core.transactions import atomic, on_commit
from yabot.core.webhooks.rules import public_types

MODULE = "webhooks"
UNSEEN = timedelta(minutes=1)  # how long after its beginning an endpoint may be unknown to some process
LOOK_BACK = timedelta(minutes=15)
STEP = 1_000
COLUMNS = (
    "id",
    "endpoint",
    "event_id",
    "type",
    "user_id",
    "sequence",
    "correlation_id",
    "state",
    "due_at",
    "attempts",
    "error",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The active endpoints: by event type, and those that want everything."""

    by_type: dict[str, tuple[UUID, ...]]
    to_all: tuple[UUID, ...]

    def wanting(self, type_name: str) -> tuple[UUID, ...]:
        """The endpoints that want this event."""
        return self.by_type.get(type_name, self.to_all)


def load() -> Subscriptions:
    """The subscriptions as the database has them. One statement."""
    active = WebhookEndpoint.objects.filter(is_active=True).order_by("id").values_list("id", "event_types")
    chosen: dict[str, list[UUID]] = {}
    to_all: list[UUID] = []
    for key, types in active:
        if not types:
            to_all.append(key)
        for name in set(types):
            chosen.setdefault(name, []).append(key)
    return Subscriptions({name: (*keys, *to_all) for name, keys in chosen.items()}, tuple(to_all))


current = Remembered(load, fresh=timedelta(seconds=2))
"""The subscriptions now."""
for _signal in (post_save, post_delete):
    _signal.connect(current.changed, sender=WebhookEndpoint, dispatch_uid="core.webhooks.subscriptions")


def is_wanted(event: Event) -> bool:
    """Whether any program wants to hear of this event. The bus asks before it writes anything."""
    return bool(current().wanting(event.type_name()))


def record(events: Sequence[Event], **_: Any) -> None:
    """The bus's receiver: one row for each event and endpoint that wants it, in the delivery's transaction."""
    known = load()
    for endpoint in known.wanting(events[0].type_name()):
        owe(endpoint, [_facts(event) for event in events if event.trace is not None])


Facts = tuple[UUID, str, int, int, UUID]  # event, type, reader, number, chain


def _facts(event: Event) -> Facts:
    trace = event.trace
    assert trace is not None and trace.event_id is not None  # what the bus delivers has its place in a chain
    user_id = NOBODY if event.user_id is None else event.user_id
    return (trace.event_id, event.type_name(), user_id, trace.sequence, trace.correlation_id)


@atomic
def owe(endpoint: UUID, facts: Iterable[Facts]) -> int:
    """Write what the endpoint has to hear and was not owed yet; how many."""
    now, waiting = clock.now(), int(CallState.WAITING)
    calls = [(uuid7(), endpoint, *fact, waiting, now, 0, "", now) for fact in facts]
    new = rows.insert_new(WebhookDelivery, COLUMNS, calls, key=("endpoint", "event_id"))
    if new:
        on_commit(lambda: bell.ring(bell.CALLS))
    return len(new)


def catch_up() -> int:
    """Owe new endpoints what was published before every process knew them; how many calls that were.

    A process may know the endpoints of two seconds ago. So for a while after an endpoint began to listen, the log
    itself is asked what happened in its first minute. Safe to run at any time and twice at once: a call exists once.
    """
    now = clock.now()
    new = WebhookEndpoint.objects.filter(is_active=True, listens_since__gt=now - LOOK_BACK)
    return sum(_catch_up(endpoint, now) for endpoint in new)


def _catch_up(endpoint: WebhookEndpoint, now: datetime) -> int:
    begin = endpoint.listens_since
    facts = []
    for name in endpoint.event_types or public_types():
        seen = EventRecord.objects.filter(type=name, occurred_at__gte=begin, occurred_at__lt=begin + UNSEEN)
        found = seen.order_by("id").values_list("id", "type", "user_id", "sequence", "correlation_id")
        facts += [(key, kind, user or NOBODY, number, chain) for key, kind, user, number, chain in found]
    facts.sort(key=lambda fact: (fact[2], fact[3]))  # a reader's first event is owed first, whatever its type
    return sum(owe(endpoint.pk, facts[start : start + STEP]) for start in range(0, len(facts), STEP))
