"""What a story gives: besitos again and again, and each thing by its key."""

from collections.abc import Iterable

from narrative.story.content import Story
from narrative.story.effects import AssignMission, Effect, GiveBesitos, GiveItem

GIFTS = {GiveItem: "item", AssignMission: "mission"}


def besitos_in(effects: Iterable[Effect]) -> bool:
    """Whether these give any."""
    return any(isinstance(effect, GiveBesitos) for effect in effects)


def given(story: Story) -> set[tuple[str, str]]:
    """Everything that something in the story gives, by kind and key."""
    effects = [effect for fragment in story.fragments for effect in fragment.effects]
    effects += [effect for _fragment, choice in story.choices() for effect in choice.effects]
    return {(GIFTS[type(effect)], ref.key) for effect in effects if type(effect) in GIFTS for ref in effect.refs()}
