"""What a letter is about, as keys: they are stored with a letter that waits, and become words when it is written."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from narrative.models import Hint, ReaderProgress, Story
from narrative.services import library
from narrative.story import content
from narrative.story.reading import NO_WORDS, Words

IN_A_STORY = frozenset({"historia", "fragmento", "final", "opcion"})


@dataclass(frozen=True, slots=True)
class About:
    """The keys of what happened; empty where there is no such thing. ``step`` is the reader's in the story."""

    story: str = ""
    fragment: str = ""
    ending: str = ""
    choice: str = ""
    hint: str = ""
    step: int = 0

    def to_json(self) -> dict[str, Any]:
        """As it is stored, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote."""
        return replace(cls(), **given)


NOTHING = About()


def words(about: About, wanted: Collection[str], *, user_id: int, language: str) -> dict[str, str]:
    """The values that a letter wants to say of what it is about. One statement for a hint, three for a story."""
    said: dict[str, str] = {}
    if "pista" in wanted and about.hint:
        hint = Hint.objects.filter(key=about.hint).first()
        said["pista"] = hint.title(language) if hint else ""
    if about.story and not IN_A_STORY.isdisjoint(wanted):
        told = told_to(user_id, about.story)
        said |= (
            {name: text.in_(language, told.language) for name, text in _of_story(about, told).items()} if told else {}
        )
    return said


def told_to(user_id: int, story: str) -> content.Story | None:
    """The story as this reader reads it, or as it is published; None when it is neither."""
    progress = reading(user_id, story)
    if progress:
        return library.told_in(progress.release_id)
    live = Story.objects.filter(key=story).values_list("live", flat=True).first()
    return library.told_in(live) if live else None


def reading(user_id: int, story: str) -> ReaderProgress | None:
    """Where this reader stands in this story."""
    found = Story.objects.filter(key=story).values_list("pk", flat=True).first()
    return ReaderProgress.objects.filter(user_id=user_id, story_id=found).first() if found else None


def _of_story(about: About, told: content.Story) -> dict[str, Words]:
    fragment, ending = told.by_key.get(about.fragment), told.by_key.get(about.ending)
    choices = fragment.choices if fragment else ()
    return {
        "historia": told.title,
        "fragmento": fragment.title if fragment else NO_WORDS,
        "final": ending.ending.name if ending and ending.ending else NO_WORDS,
        "opcion": next((choice.label for choice in choices if choice.key == about.choice), NO_WORDS),
    }
