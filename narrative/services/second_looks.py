"""Readers to be looked at again, because another module did not answer when their hints were judged."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from narrative.models import SecondLook
from yabot.core import clock, correlation, rows
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.transactions import atomic

PAUSE = timedelta(seconds=30)
COLUMNS = ("id", "user_id", "correlation_id", "causation_id", "due_at", "created_at")


class InDoubt(Protocol):
    """A reader, and what would have opened a hint for them."""

    @property
    def user_id(self) -> int: ...
    @property
    def trace(self) -> Trace | None: ...


@atomic
def owe(doubts: Iterable[InDoubt]) -> None:
    """Look at these readers again soon; once, however many hints are in doubt. One statement."""
    now = clock.now()
    traces = {doubt.user_id: doubt.trace or correlation.current() for doubt in doubts}
    new = [(uuid7(), user, trace.correlation_id, trace.event_id, now, now) for user, trace in traces.items()]
    rows.insert_new(SecondLook, COLUMNS, new, key=("user_id",))


def due(limit: int) -> list[SecondLook]:
    """Those whose time has come, oldest first."""
    return list(SecondLook.objects.filter(due_at__lte=clock.now()).order_by("due_at", "id")[:limit])


def put_off(looks: Sequence[SecondLook]) -> None:
    """Still nobody knows: again after half a minute."""
    SecondLook.objects.filter(pk__in=[look.pk for look in looks]).update(due_at=clock.now() + PAUSE)


def settle(looks: Sequence[SecondLook]) -> None:
    """These are decided."""
    SecondLook.objects.filter(pk__in=[look.pk for look in looks]).delete()
