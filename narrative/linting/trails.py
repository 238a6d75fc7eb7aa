"""Rules about who can get where, and whether they get out again."""

from collections.abc import Iterator

from narrative.linting.clashes import clash
from narrative.linting.findings import Finding, found
from narrative.linting.reach import Reach, is_possible, may_read
from narrative.linting.words import name
from narrative.story.content import Fragment, Story
from narrative.story.effects import ClearFlag, SetFlag
from narrative.story.ways import Onward, every_way, leading_to, led_to, ways
from yabot.core.conditions import ChoseTest, Condition, FlagTest, Test, VisitedTest

HERE = "este fragmento", "this fragment"


def check(story: Story, everybody: Reach, free: Reach) -> Iterator[Finding]:
    """``everybody`` has everything there is; ``free`` is the same without VIP."""
    goals = [fragment.key for fragment in story.endings if fragment.key in everybody.fragments]
    hopeful = leading_to(ways(story, everybody.choices), goals)
    free_hopeful = leading_to(ways(story, free.choices), [key for key in goals if key in free.fragments])
    for fragment in story.fragments:
        key = fragment.key
        if key not in everybody.fragments:
            yield from _never(fragment, everybody)
            continue
        if key not in free.fragments and not fragment.vip:
            yield found("NAR201", key)
        yield from _traps(story, fragment, everybody)
        yield from _variants(fragment, everybody)
        if goals and key not in hopeful and not fragment.ending and (fragment.choices or fragment.fallback):
            yield found("NAR111", key)
        elif goals and key in free.fragments and key in hopeful and key not in free_hopeful and not fragment.ending:
            yield found("NAR202", key)
    yield from _later(story)


def _never(fragment: Fragment, everybody: Reach) -> Iterator[Finding]:
    yield found("NAR110" if fragment.ending else "NAR102", fragment.key)
    if not may_read(fragment, everybody.best):
        es, en = _said(fragment.condition) if fragment.condition else ("VIP", "VIP")
        yield found("NAR105", fragment.key, "", HERE[0], es, english=(HERE[1], en))


def _said(condition: Condition) -> tuple[str, str]:
    """What can never hold, in both languages: the part of it that excludes itself, or all of it."""
    part = clash(condition) or condition
    return part.describe("es"), part.describe("en")


def _traps(story: Story, fragment: Fragment, everybody: Reach) -> Iterator[Finding]:
    """Choices nobody can take, fragments where that is all of them, and gates that fall shut behind the reader."""
    shut = [choice for choice in fragment.choices if choice.key not in everybody.choices]
    for choice in shut:
        es, en = _said(choice.condition)
        label = name(story, choice)
        yield found("NAR105", fragment.key, choice.key, f"«{label}»", es, english=(f"“{label}”", en))
    if fragment.choices and len(shut) == len(fragment.choices) and not fragment.fallback and not fragment.ending:
        yield found("NAR104", fragment.key)
    inside = Condition((*fragment.condition.tests, *_on_arriving(fragment)), fragment.condition.either)
    if fragment.condition and clash(inside):
        es, en = fragment.condition.describe("es"), fragment.condition.describe("en")
        yield found("NAR117", fragment.key, "", es, english=(en,))


def _on_arriving(fragment: Fragment) -> Iterator[Test]:
    """What certainly holds for whoever has just arrived."""
    yield VisitedTest(fragment=fragment.key)
    flags = {effect.flag: effect for effect in fragment.effects if isinstance(effect, SetFlag | ClearFlag)}
    for flag, last in flags.items():
        yield FlagTest(flag=flag, negated=isinstance(last, ClearFlag))


def _variants(fragment: Fragment, everybody: Reach) -> Iterator[Finding]:
    for number, one in enumerate(fragment.variants, start=1):
        if not is_possible(one.condition, everybody.best):
            es, en = _said(one.condition)
            words = f"la variante {number}", es
            yield found("NAR105", fragment.key, "", *words, english=(f"variant {number}", en))


def _later(story: Story) -> Iterator[Finding]:
    """Conditions on what comes only later: whoever has been there never comes back here."""
    onward = every_way(story)
    owner = {choice.key: fragment.key for fragment, choice in story.choices()}
    behind: dict[str, set[str]] = {}
    for fragment in story.fragments:
        for condition, choice in [(fragment.condition, ""), *((one.condition, one.key) for one in fragment.choices)]:
            for test in condition.tests:
                before = _before(test, owner)
                if before in story.by_key and fragment.key not in _behind(onward, before, behind):
                    es, en = test.describe("es"), test.describe("en")
                    yield found("NAR224", fragment.key, choice, es, english=(en,))


def _before(test: Test, owner: dict[str, str]) -> str:
    """The fragment that has to come before this test can hold."""
    if isinstance(test, VisitedTest) and not test.negated:
        return test.fragment
    return owner.get(test.choice, "") if isinstance(test, ChoseTest) and not test.negated else ""


def _behind(onward: Onward, key: str, known: dict[str, set[str]]) -> set[str]:
    """Everything that can come after a fragment, and itself."""
    if key not in known:
        known[key] = led_to(onward, [key])
    return known[key]
