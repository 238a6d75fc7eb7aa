"""Prices that were paid without a move: they go back, once.

With the economy in another process a price is taken between two runs of a press (``yabot.core.errands``). When another
press wins meanwhile, or the process dies, nobody has moved for it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from narrative.events import BesitosPromised
from narrative.models import ProgressStep, ReaderProgress, StepKind
from narrative.services.places import Standing
from yabot.core.correlation import Trace
from yabot.core.events import publish
from yabot.core.models import EventRecord
from yabot.core.reconciliation import Discrepancy, Window, windows

BESITOS_SPENT = "besitos_spent"
UNMOVED = "price_without_a_move"
_REFERENCE = re.compile(r"story:([0-9a-f]{32}):([0-9]{1,9}):([a-z0-9_-]{1,64}):price")


@dataclass(frozen=True, slots=True)
class Paid:
    """A price as the event log has it: of which choice, at which step of which reading."""

    event: UUID
    user_id: int
    amount: int
    reference: str
    reading: UUID
    step: int
    choice: str
    trace: Trace

    @property
    def place(self) -> tuple[UUID, int, str]:
        """What it was paid for."""
        return self.reading, self.step, self.choice


COLUMNS = ("id", "type", "user_id", "payload", "correlation_id")


def look(position: str) -> Window:
    """Prices that were paid long ago, for a step that nobody made."""
    found, after = windows.by_id(EventRecord.objects.all(), position, *COLUMNS)
    lost = _unmoved(_paid(found))
    return Window(len(found), after, [_shown(one) for one in lost])


def _shown(price: Paid) -> Discrepancy:
    facts = {"person": price.user_id, "amount": price.amount}
    return Discrepancy(UNMOVED, str(price.event), facts, price.user_id)


def give_back(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Have the economy give these prices back, where still nobody has moved for them, and nobody can any more."""
    by_event = {one.object: one for one in found}
    events = EventRecord.objects.filter(pk__in=[UUID(event) for event in by_event]).values_list(*COLUMNS)
    returned = [one for one in _unmoved(_paid(events)) if _close(one)]
    publish(
        [
            BesitosPromised(
                user_id=one.user_id, amount=one.amount, reference=f"refund:{one.reference}", trace=one.trace
            )
            for one in returned
        ]
    )
    return [by_event[str(one.event)] for one in returned]


def _paid(events: Iterable[tuple[Any, ...]]) -> list[Paid]:
    """The prices of stories among these events."""
    prices = []
    for event, kind, user_id, payload, chain in events:
        told: Mapping[str, Any] = orjson.loads(payload) if kind == BESITOS_SPENT else {}
        match = _REFERENCE.fullmatch(str(told.get("reference", "")))
        if match and user_id is not None:
            reading, step, choice = UUID(match[1]), int(match[2]), match[3]
            trace = Trace(chain, event)
            prices.append(Paid(event, user_id, told["amount"], match[0], reading, step, choice, trace))
    return prices


def _unmoved(prices: Collection[Paid]) -> list[Paid]:
    """Those nobody has moved for, and that did not go back yet. What belongs to nobody any more is left alone."""
    if not prices:
        return []
    readings = {one.reading for one in prices}
    there = set(ReaderProgress.objects.filter(pk__in=readings).values_list("pk", flat=True))
    made = ProgressStep.objects.filter(
        progress_id__in=there, number__in={one.step for one in prices}, kind__in=(StepKind.CHOICE, StepKind.REFUNDED)
    )
    settled = set(made.values_list("progress_id", "number", "choice"))
    return [one for one in prices if one.reading in there and one.place not in settled]


def _close(price: Paid) -> bool:
    """Write down that a price goes back, so that its name is good for nothing any more; whether that is certain.

    Whoever still stands before the choice takes a step on the spot: the press that paid can no longer end.
    """
    progress = ReaderProgress.objects.get(pk=price.reading)
    stands = progress.step < price.step
    if stands and not _step_on_the_spot(progress, price.step):
        return False
    ProgressStep.objects.create(
        progress=progress,
        release_id=progress.release_id,
        number=price.step,
        beside="" if stands else f"{StepKind.REFUNDED}:{price.choice}",
        kind=StepKind.REFUNDED,
        came_from=progress.fragment,
        choice=price.choice,
        fragment=progress.fragment,
        price=price.amount,
    )
    return True


def _step_on_the_spot(progress: ReaderProgress, step: int) -> bool:
    state = replace(Standing.of(progress).state, step=step)
    here = ReaderProgress.objects.filter(pk=progress.pk, step=progress.step)
    return bool(here.update(step=step, state=state.to_json()))
