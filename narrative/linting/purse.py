"""Rules about besitos: circles where they run out, and circles where they never do."""

from collections.abc import Iterator

from narrative.linting.findings import Finding, found
from narrative.linting.given import besitos_in
from narrative.linting.reach import Reach
from narrative.linting.words import name
from narrative.story.content import BACK, Choice, Fragment, Story
from narrative.story.ways import circles, leading_to, ways


def check(story: Story, everybody: Reach) -> Iterator[Finding]:
    """What a reader pays and gets on their way round."""
    yield from _soft_locks(story, everybody)
    yield from _wells(story, everybody)


def _soft_locks(story: Story, everybody: Reach) -> Iterator[Finding]:
    """Circles that cost besitos, give none each time round, and let nobody out for free."""
    free = frozenset(choice.key for _fragment, choice in story.choices() if not choice.price) & everybody.choices
    out = leading_to(ways(story, free), [fragment.key for fragment in story.endings])
    rounds = circles(ways(story, everybody.choices))
    gives = {rounds.get(fragment.key) for fragment in story.fragments if _refunds(fragment)}
    for fragment, choice in story.choices():
        ring = rounds.get(fragment.key)
        if not choice.price or choice.key not in everybody.choices or ring is None or rounds.get(choice.target) != ring:
            continue
        if fragment.key not in out and ring not in gives:
            yield found("NAR116", fragment.key, choice.key, name(story, choice))


def _refunds(fragment: Fragment) -> bool:
    """Whether besitos can be had here each time round."""
    again = [choice for choice in fragment.choices if choice.repeat != "once"]
    return besitos_in(fragment.effects) or any(besitos_in(choice.effects) for choice in again)


def _wells(story: Story, everybody: Reach) -> Iterator[Finding]:
    """Besitos that a reader can fetch again and again: in circles of free choices that are open each time."""
    open_again = frozenset(
        choice.key
        for fragment, choice in story.choices()
        if not choice.price and choice.repeat != "once" and not (choice.repeat == "visit" and _stays(fragment, choice))
    )
    rounds = circles(ways(story, open_again & everybody.choices))
    for fragment in story.fragments:
        ring = rounds.get(fragment.key)
        if ring is not None and besitos_in(fragment.effects):
            yield found("NAR222", fragment.key, "", "Llegar aquí", english=("Arriving here",))
        for choice in fragment.choices:
            is_free = not choice.price and choice.repeat != "once" and choice.key in everybody.choices
            leads_round = choice.target == BACK or rounds.get(choice.target) == ring
            if ring is not None and is_free and leads_round and besitos_in(choice.effects):
                label = name(story, choice)
                yield found("NAR222", fragment.key, choice.key, f"«{label}»", english=(f"“{label}”",))


def _stays(fragment: Fragment, choice: Choice) -> bool:
    return choice.target == fragment.key
