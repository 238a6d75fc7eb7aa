"""A story as it is: immutable, made from JSON and back without loss. Keys link its parts, never positions or names."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from narrative.story.fragments import (
    ALT,
    ALWAYS,
    BACK,
    LABEL,
    MEDIA,
    MISSING,
    MOST_CHOICES,
    MOST_VARIANTS,
    NAME,
    TEXT,
    Choice,
    Ending,
    Fragment,
    Media,
    Variant,
)
from narrative.story.reading import NO_WORDS, Reader, StoryError, Words
from narrative.story.ways import distances

SCHEMA = 1
MOST_FRAGMENTS = 5_000
LANGUAGES = ("es", "en")  # a story may be written in; it can be translated into any

__all__ = [
    "ALT",
    "ALWAYS",
    "BACK",
    "LABEL",
    "LANGUAGES",
    "MEDIA",
    "MISSING",
    "MOST_CHOICES",
    "MOST_FRAGMENTS",
    "MOST_VARIANTS",
    "NAME",
    "SCHEMA",
    "TEXT",
    "Choice",
    "Declared",
    "Ending",
    "Fragment",
    "Media",
    "Story",
    "Variant",
]


@dataclass(frozen=True, slots=True)
class Declared:
    """A flag or a counter that the story uses, what it is for, and what a lock says to readers who lack it."""

    key: str
    kind: str = "flag"
    note: str = ""
    missing: Words = NO_WORDS

    @classmethod
    def read(cls, given: Reader) -> "Declared":
        """From JSON. Raises StoryError."""
        declared = cls(
            key=given.key("key"),
            kind=given.one_of("kind", ("flag", "counter"), "flag"),
            note=given.text("note"),
            missing=given.words("missing", most=MISSING),
        )
        given.end()
        return declared

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"key": self.key, "kind": self.kind, "note": self.note, "missing": self.missing.to_json()}


@dataclass(frozen=True)
class Story:
    """All of it. ``language`` is the one it was written in, ``start`` the fragment it begins with.

    ``tells_left``: readers are told on each page how many decisions are left.
    """

    key: str
    title: Words
    start: str
    pitch: Words = NO_WORDS
    language: str = "es"
    tells_left: bool = False
    declared: tuple[Declared, ...] = ()
    fragments: tuple[Fragment, ...] = ()

    @cached_property
    def by_key(self) -> dict[str, Fragment]:
        """The fragments by their keys."""
        return {fragment.key: fragment for fragment in self.fragments}

    @cached_property
    def endings(self) -> tuple[Fragment, ...]:
        """The fragments that end it."""
        return tuple(fragment for fragment in self.fragments if fragment.ending)

    @cached_property
    def left(self) -> dict[str, tuple[int, int | None]]:
        """How many choices are left from each fragment to an ending: the fewest, and the most (None: no end to it)."""
        return distances(self)

    @cached_property
    def names(self) -> dict[str, str]:
        """How its fragments and choices are called, and what its flags and counters say, where something is missing."""
        names = {f"fragment:{part.key}:{said}": title for part in self.fragments for said, title in _said(part.title)}
        for _, choice in self.choices():
            names |= {f"choice:{choice.key}:{said}": label for said, label in _said(choice.label)}
        for one in self.declared:
            names |= {f"{one.kind}:{one.key}:{said}": words.rstrip(".") for said, words in _said(one.missing)}
        return names

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages it has any text in; its own first."""
        found = {language for fragment in self.fragments for language in fragment.text.by_language}
        return (self.language, *sorted(found - {self.language}))

    @classmethod
    def from_json(cls, given: Any) -> "Story":
        """Read a story. Raises StoryError, which says where."""
        read = Reader(given)
        if read.number("schema", high=10_000) != SCHEMA:
            raise read.wrong("schema", f"solo se conoce el {SCHEMA}", f"only {SCHEMA} is known")
        story = cls(
            key=read.key("key"),
            title=read.words("title", most=NAME, required=True),
            start=read.key("start", ""),
            pitch=read.words("pitch", most=TEXT),
            language=read.one_of("language", LANGUAGES, "es"),
            tells_left=read.flag("tells_left"),
            declared=read.list_of("declared", Declared.read, most=500),
            fragments=read.list_of("fragments", Fragment.read, most=MOST_FRAGMENTS),
        )
        read.end()
        _refuse_doubles(story)
        return story

    def to_json(self) -> dict[str, Any]:
        """As it is stored in a release and in a bundle."""
        return {
            "schema": SCHEMA,
            "key": self.key,
            "title": self.title.to_json(),
            "start": self.start,
            "pitch": self.pitch.to_json(),
            "language": self.language,
            **({"tells_left": True} if self.tells_left else {}),
            "declared": [declared.to_json() for declared in self.declared],
            "fragments": [fragment.to_json() for fragment in self.fragments],
        }

    def choices(self) -> Iterator[tuple[Fragment, Choice]]:
        """Every choice with its fragment."""
        for fragment in self.fragments:
            for choice in fragment.choices:
                yield fragment, choice


def _said(words: Words) -> list[tuple[str, str]]:
    """In Spanish and English, each with the other where it lacks one."""
    return [(language, words.in_(language)) for language in ("es", "en")] if words else []


def _refuse_doubles(story: Story) -> None:
    """Keys mean one thing: fragments' and choices' in the whole story. Raises StoryError."""
    fragments: set[str] = set()
    choices: set[str] = set()
    declared: set[str] = set()
    for number, one in enumerate(story.declared):
        _add(one.key, declared, f"declared.{number}.key")
    for number, fragment in enumerate(story.fragments):
        _add(fragment.key, fragments, f"fragments.{number}.key")
        for place, choice in enumerate(fragment.choices):
            _add(choice.key, choices, f"fragments.{number}.choices.{place}.key")


def _add(key: str, seen: set[str], place: str) -> None:
    if key in seen:
        raise StoryError(place, f"la clave «{key}» está dos veces", f"the key “{key}” is there twice")
    seen.add(key)
