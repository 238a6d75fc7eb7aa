"""How long the oldest of everything that waits has waited, and how long no periodic job has run."""

from datetime import datetime
from typing import Any

from django.db.models import Min, QuerySet

from yabot.core import clock
from yabot.core.models import (
    Delivery,
    InboundUpdate,
    JobRun,
    MessagePriority,
    MessageState,
    OutgoingMessage,
    UpdateState,
)


def ages() -> dict[str, float]:
    """Seconds since the oldest of each queue should have been dealt with; 0 where nothing is due.

    Messages of a broadcast do not count: they wait for their budget, for hours if need be.
    """
    now = clock.now()
    oldest = {
        "inbound": _first(InboundUpdate.objects.filter(state=UpdateState.WAITING), "received_at"),
        "deliveries": _first(Delivery.objects.filter(dead_at=None, due_at__lte=now), "due_at"),
        "outgoing": _soonest_message(now),
    }
    return {queue: 0.0 if at is None else max(0.0, (now - at).total_seconds()) for queue, at in oldest.items()}


def _first(rows: QuerySet[Any], moment: str) -> datetime | None:
    """The row with the lowest id: one look at an index, however many wait."""
    found: datetime | None = rows.order_by("id").values_list(moment, flat=True).first()
    return found


def _soonest_message(now: datetime) -> datetime | None:
    waiting = OutgoingMessage.objects.filter(
        state=MessageState.QUEUED, priority__lte=MessagePriority.NOTICE, due_at__lte=now
    )
    found: datetime | None = waiting.order_by().aggregate(soonest=Min("due_at"))["soonest"]
    return found


def jobs_silent() -> float | None:
    """Seconds since any periodic job began; None when none ever did here."""
    last = JobRun.objects.order_by("-started_at").values_list("started_at", flat=True).first()
    return None if last is None else max(0.0, (clock.now() - last).total_seconds())
