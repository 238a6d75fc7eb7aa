"""Play-tests: a story played by somebody who is not there, from anywhere, with the engine that readers play with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from narrative.errors import ChoiceClosed, ChoiceGone
from narrative.story import engine, page
from narrative.story.content import Story
from narrative.story.engine import Move, Scene
from narrative.story.page import Beholder, Page
from narrative.story.reading import Reader
from narrative.story.state import State
from yabot.core.conditions import Facts
from yabot.core.conditions.base import NONE

MOST_STEPS = 500
LANGUAGES = ("es", "en")


@dataclass(frozen=True, slots=True)
class Persona:
    """Who plays: what they have and have done before, and when it is for them."""

    language: str = "es"
    vip: bool = False
    besitos: int = 0
    reactions: int = 0
    items: Mapping[str, int] = field(default_factory=dict)
    hints: frozenset[str] = frozenset()
    visited: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    counters: Mapping[str, int] = field(default_factory=dict)
    missions: Mapping[str, str] = field(default_factory=dict)
    achievements: frozenset[str] = frozenset()
    now: datetime | None = None
    name: str = "Ana"

    def facts(self, now: datetime, names: Mapping[str, str]) -> Facts:
        """What is known of them; ``names`` are the titles of what lies outside the story."""
        return Facts(
            self.besitos,
            self.reactions,
            vip=self.vip,
            items=dict(self.items),
            hints=self.hints,
            missions=dict(self.missions),
            achievements=self.achievements,
            now=self.now or now,
            names=names,
        )

    def to_json(self) -> dict[str, Any]:
        """As a saved path keeps it."""
        return {
            "language": self.language,
            "vip": self.vip,
            "besitos": self.besitos,
            "reactions": self.reactions,
            "items": dict(self.items),
            "hints": sorted(self.hints),
            "visited": sorted(self.visited),
            "flags": sorted(self.flags),
            "counters": dict(self.counters),
            "missions": dict(self.missions),
            "achievements": sorted(self.achievements),
            "now": self.now.isoformat() if self.now else "",
            "name": self.name,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Persona":
        """What ``to_json`` wrote; what is missing is as usual. Raises StoryError for what is none."""
        read = Reader(dict(given))
        persona = cls(
            language=read.one_of("language", LANGUAGES, "es"),
            vip=read.flag("vip"),
            besitos=read.number("besitos", 0),
            reactions=read.number("reactions", 0),
            items=_numbers(read, "items"),
            hints=frozenset(read.tags("hints")),
            visited=frozenset(read.tags("visited")),
            flags=frozenset(read.tags("flags")),
            counters=_numbers(read, "counters"),
            missions=_texts(read, "missions"),
            achievements=frozenset(read.tags("achievements")),
            now=_moment(read, "now"),
            name=read.text("name", "Ana", most=64),
        )
        read.end()
        return persona


def _numbers(read: Reader, name: str) -> dict[str, int]:
    found = read.raw(name, {})
    if not isinstance(found, dict) or not all(type(number) is int for number in found.values()):
        raise read.wrong(name, "debe ser un número por clave", "must be a number for each key")
    return {str(key): number for key, number in found.items()}


def _texts(read: Reader, name: str) -> dict[str, str]:
    found = read.raw(name, {})
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise read.wrong(name, "debe ser un texto por clave", "must be a text for each key")
    return {str(key): text for key, text in found.items()}


def _moment(read: Reader, name: str) -> datetime | None:
    text = read.text(name, "")
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise read.wrong(name, "debe ser una fecha con hora", "must be a date and a time") from None


@dataclass(frozen=True, slots=True)
class Played:
    """Where a play-test stands: the page, what led here, and what the persona has by now."""

    story: Story
    persona: Persona
    state: State
    facts: Facts
    scene: Scene
    pages: tuple[Page, ...]
    taken: tuple[str, ...] = ()

    @property
    def page(self) -> Page:
        """The page they see."""
        return self.pages[-1]


def play(
    story: Story,
    persona: Persona,
    *,
    start: str = "",
    choices: Sequence[str] = (),
    now: datetime,
    names: Mapping[str, str] = NONE,
) -> Played:
    """Begin at a fragment (the story's beginning without one) and take these choices, one after the other.

    The same arguments give the same pages. Raises ChoiceGone, or ChoiceClosed with what is missing.
    """
    facts, first = persona.facts(now, names), start or story.start
    before = State(
        visited=dict.fromkeys(persona.visited - {first}, 1), flags=persona.flags, counters=dict(persona.counters)
    )
    move = engine.begin(replace(story, start=first), facts, before)
    played = _at(story, persona, move, facts, ())
    for choice in choices[:MOST_STEPS]:
        played = go_on(played, choice)
    return played


def go_on(played: Played, choice: str) -> Played:
    """Take one more choice. Raises ChoiceGone, ChoiceClosed; the play-test stands where it stood then."""
    move = engine.follow(played.story, played.state, played.facts, choice)
    further = _at(played.story, played.persona, move, played.facts, played.pages)
    return replace(further, taken=(*played.taken, choice))


def _at(story: Story, persona: Persona, move: Move, facts: Facts, pages: tuple[Page, ...]) -> Played:
    facts = engine.after(facts, move)
    scene = engine.look(story, move.state, facts)
    found = len(move.state.endings & {fragment.key for fragment in story.endings}), len(story.endings)
    shown = page.draw(story, scene, Beholder(persona.language, persona.name, found))
    return Played(story, persona, move.state, facts, scene, (*pages, shown))


@dataclass(frozen=True, slots=True)
class Change:
    """The first thing that is not as it was on a saved path. ``step`` counts pages from 1."""

    step: int
    was: Mapping[str, Any] | None
    now: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Walked:
    """A path that somebody saved: who walked, from where, by which choices, and what they saw."""

    persona: Persona
    start: str
    choices: Sequence[str]
    screens: Sequence[Any]


def compare(story: Story, path: Walked, *, now: datetime, names: Mapping[str, str] = NONE) -> Change | None:
    """Walk a saved path again: None when every page is as it was, else the first that is not."""
    start, choices, screens = path.start, path.choices, path.screens
    try:
        there = start in story.by_key
        played = play(story, path.persona, start=start, now=now, names=names) if there else None
    except (ChoiceGone, ChoiceClosed):
        played = None
    for step, was in enumerate(screens):
        shown = played.page.to_json() if played else None
        if shown != was:
            return Change(step + 1, was, shown)
        if played and step < len(choices):
            try:
                played = go_on(played, choices[step])
            except (ChoiceGone, ChoiceClosed):
                played = None
    return None
