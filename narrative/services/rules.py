"""Lucien's habits: letters that follow from what happens to readers, looked at again before they are sent."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models.signals import post_delete, post_save

from narrative.models import DueLetter, Hint, LucienRule, Occasion, ReaderProgress
from narrative.models.occasions import OWN
from narrative.services import about, knowledge, library, lucien
from narrative.services.about import About
from narrative.services.happenings import Happening
from narrative.story import engine
from narrative.story.state import State
from yabot.core import clock
from yabot.core.conditions import Condition, Facts
from yabot.core.remembered import Remembered
from yabot.core.transactions import atomic


def _read() -> frozenset[str]:
    return frozenset(LucienRule.objects.filter(is_active=True).values_list("occasion", flat=True))


occasions = Remembered(_read, fresh=timedelta(seconds=5))
"""Everything Lucien has a habit for."""
for _signal in (post_save, post_delete):
    _signal.connect(occasions.changed, sender=LucienRule, dispatch_uid="narrative.rules")


def any_for(occasion: Occasion) -> bool:
    """Whether Lucien has a habit for this; asked for every event, answered from memory for some seconds."""
    return occasion in occasions()


@atomic
def note(happened: Sequence[Happening]) -> int:
    """Owe a look at the letters that this calls for; how many. The same event again owes nothing more.

    Three statements for any list.
    """
    occasions = {happening.occasion for happening in happened}
    active = LucienRule.objects.filter(is_active=True, occasion__in=occasions).select_related("story", "template")
    rules = list(active) if happened else []
    return lucien.owe([_due(rule, one) for one in happened for rule in rules if _fits(rule, one)])


def note_for(rule: LucienRule, happened: Sequence[Happening]) -> int:
    """The same for one habit."""
    return lucien.owe([_due(rule, one) for one in happened if _fits(rule, one)])


def _fits(rule: LucienRule, one: Happening) -> bool:
    if rule.occasion != one.occasion or (rule.story is not None and rule.story.key != one.about.story):
        return False
    if one.occasion == Occasion.BESITOS:
        return one.balance - one.amount < (rule.amount or 0) <= one.balance
    return rule.key in {"", one.key}


def _due(rule: LucienRule, one: Happening) -> DueLetter:
    """Once for each reader, or once for each thing that happened."""
    again = "" if rule.once else f":{one.id}"
    due = clock.now() + timedelta(seconds=rule.delay_seconds + rule.template.delay_seconds)
    return DueLetter(
        rule=rule,
        user_id=one.user_id,
        reference=f"rule:{rule.pk.hex}:{one.user_id}{again}",
        about=one.about.to_json(),
        correlation_id=one.trace.correlation_id,
        causation_id=one.trace.event_id,
        since=due,
        due_at=due,
    )


def judge(letter: DueLetter) -> bool | None:
    """Whether a letter that waited is still to be sent; None when nobody knows. Raises ConditionError."""
    subject, rule = About.from_json(letter.about), letter.rule
    if subject.hint and not Hint.objects.filter(key=subject.hint, is_active=True).exists():
        return False
    if rule is None:
        return True
    if not rule.is_active:
        return False
    reading = about.reading(letter.user_id, subject.story) if subject.story else None
    if rule.occasion == Occasion.SILENT and (reading is None or reading.step != subject.step):
        return False  # they have gone on
    condition = Condition.parse(rule.condition)
    facts = knowledge.for_story(letter.user_id, condition.needs)
    if reading is not None and condition.needs & OWN:
        facts = _with_own(facts, reading)
    return condition.judge(facts)


def _with_own(facts: Facts, reading: ReaderProgress) -> Facts:
    """With what the story keeps of its reader: where they were, what they chose."""
    return engine.known(library.told_in(reading.release_id), State.from_json(reading.state), facts)
