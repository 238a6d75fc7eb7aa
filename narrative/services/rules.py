"""Lucien's habits: letters that follow from what readers do, once each, looked at again before they are sent."""

import time
from collections.abc import Sequence
from datetime import timedelta

from narrative.events import DecisionMade, FragmentCompleted
from narrative.models import DueLetter, LucienRule, Occasion
from narrative.services import knowledge, lucien
from yabot.core import clock
from yabot.core.conditions import Condition
from yabot.core.transactions import atomic

CHUNK = 200
FRESH_SECONDS = 5.0
_known: tuple[float, bool] = (-FRESH_SECONDS, False)


def any_active() -> bool:
    """Whether Lucien has any habits; asked for every event, answered from memory for some seconds."""
    global _known
    read_at, answer = _known
    if time.monotonic() - read_at > FRESH_SECONDS:
        answer = LucienRule.objects.filter(is_active=True).exists()
        _known = (time.monotonic(), answer)
    return answer


def forget() -> None:
    """Ask again next time: somebody changed a habit here."""
    global _known
    _known = (-FRESH_SECONDS, False)


@atomic
def note(events: Sequence[DecisionMade | FragmentCompleted]) -> int:
    """Owe a look at the letters that these events call for; how many. The same event again owes nothing more."""
    rules = list(LucienRule.objects.filter(is_active=True).select_related("story"))
    wanted: dict[str, DueLetter] = {}
    for event in events:
        for rule in rules:
            if event.user_id is not None and _fits(rule, event):
                reference = _reference(rule, event)
                due = clock.now() + timedelta(seconds=rule.delay_seconds)
                wanted[reference] = DueLetter(rule=rule, user_id=event.user_id, reference=reference, due_at=due)
    there = (
        set(DueLetter.objects.filter(reference__in=list(wanted)).values_list("reference", flat=True)) if wanted else ()
    )
    new = [letter for reference, letter in wanted.items() if reference not in there]
    DueLetter.objects.bulk_create(new)
    return len(new)


def _fits(rule: LucienRule, event: DecisionMade | FragmentCompleted) -> bool:
    if rule.story is not None and rule.story.key != event.story:
        return False
    if isinstance(event, DecisionMade):
        return rule.occasion == Occasion.DECISION and rule.key in {"", event.choice}
    if event.ending:
        return rule.occasion == Occasion.ENDING and rule.key in {"", event.ending}
    return rule.occasion == Occasion.LEFT and rule.key in {"", event.fragment}


def _reference(rule: LucienRule, event: DecisionMade | FragmentCompleted) -> str:
    """Once per reader, or once per thing that happened: the event's own chain tells repetitions apart."""
    again = "" if rule.once else f":{event.trace.correlation_id.hex if event.trace else ''}"
    return f"rule:{rule.pk.hex}:{event.user_id}{again}"


def deliver_due() -> int:
    """Look again at the letters whose time has come, and write those whose condition holds; how many were written."""
    rows = DueLetter.objects.filter(done_at=None, due_at__lte=clock.now()).order_by("due_at")
    return sum(_deliver(row) for row in rows.select_related("rule", "rule__template")[:CHUNK])


@atomic
def _deliver(row: DueLetter) -> bool:
    """One letter, unless another process has just done it. What nobody knows now is looked at again in a minute."""
    mine = DueLetter.objects.filter(pk=row.pk, done_at=None)
    condition = Condition.parse(row.rule.condition)
    verdict = condition.judge(knowledge.for_story(row.user_id, condition.needs))
    if verdict is None:
        mine.update(due_at=clock.now() + timedelta(minutes=1))
        return False
    holds = verdict and row.rule.is_active
    if not mine.update(done_at=clock.now(), was_sent=holds):
        return False
    return holds and lucien.write(row.rule.template.key, row.user_id, reference=row.reference)
