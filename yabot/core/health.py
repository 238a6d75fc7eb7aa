"""How the parts of the system are. A part is well when it says so often enough, not when its process exists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from yabot.core import clock, delivery
from yabot.core.models import Delivery, Heartbeat, InboundUpdate, MessageState, OutgoingMessage, UpdateState
from yabot.core.redaction import redact
from yabot.core.transactions import atomic

POLLER = "poller"
LEDGER = "ledger"
SILENCE = {POLLER: timedelta(seconds=60), LEDGER: timedelta(hours=26)}


@dataclass(frozen=True, slots=True)
class Beat:
    """A part's word on itself."""

    name: str
    good: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the health page."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits: updates, deliveries, messages; and what was given up."""

    inbound: int
    deliveries: int
    outgoing: int
    dead: int


@atomic
def note(beats: Sequence[Beat]) -> None:
    """Write down how these parts are."""
    now = clock.now()
    for beat in beats:
        changes: dict[str, Any] = {"beat_at": now, "detail": redact(beat.detail)}
        if beat.good:
            changes["good_at"] = now
        if not Heartbeat.objects.filter(pk=beat.name).update(**changes):
            Heartbeat.objects.create(name=beat.name, **changes)


def queues() -> Queues:
    """How much waits everywhere."""
    waiting = [MessageState.QUEUED, MessageState.SENDING]
    return Queues(
        inbound=InboundUpdate.objects.filter(state=UpdateState.WAITING).count(),
        deliveries=delivery.backlog(),
        outgoing=OutgoingMessage.objects.filter(state__in=waiting).count(),
        dead=Delivery.objects.filter(dead_at__isnull=False).count(),
    )


def findings() -> list[Finding]:
    """Every part with a word: the database, the poller, the queues, the ledger."""
    found = [Finding("database", True, "")]
    beats = {beat.name: beat for beat in Heartbeat.objects.all()}
    found += [_heartbeat(name, beats[name]) for name in SILENCE if name in beats]
    counts = queues()
    overloaded = delivery.is_overloaded()
    detail = f"{counts.deliveries} waiting" + (", low priorities are held back" if overloaded else "")
    found.append(Finding("deliveries", not overloaded, detail))
    found.append(Finding("dead letters", counts.dead == 0, f"{counts.dead}"))
    found.append(Finding("outgoing", True, f"{counts.outgoing} waiting"))
    return found


def _heartbeat(name: str, beat: Heartbeat) -> Finding:
    """Good when its last word was good and is not too old."""
    age = clock.now() - beat.good_at if beat.good_at else None
    ok = age is not None and age <= SILENCE[name] and beat.good_at == beat.beat_at
    said = f"last good {age.total_seconds():.0f} s ago" if age is not None else "never good"
    return Finding(name, ok, f"{said}. {beat.detail}".strip())
