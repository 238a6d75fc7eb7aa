"""A story as it is: immutable, made from JSON and back without loss. Keys link its parts, never positions or names."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from narrative.story.effects import Effect, read_effects
from narrative.story.reading import NO_WORDS, Reader, StoryError, Words
from yabot.core.conditions import Condition

SCHEMA = 1
MOST_FRAGMENTS, MOST_CHOICES, MOST_VARIANTS = 5_000, 50, 20
TEXT, ALT, LABEL, NAME, MISSING = (
    16_000,
    1_000,
    200,
    200,
    120,
)  # of a draft; what Telegram allows is the linter's business
BACK = "<"  # a choice's target that means: where the reader came from
ALWAYS = Condition()
MEDIA = ("photo", "video", "animation", "audio", "voice", "document")
LANGUAGES = ("es", "en")  # a story may be written in; it can be translated into any


@dataclass(frozen=True, slots=True)
class Media:
    """A file that goes with a fragment."""

    file: str
    kind: str = "photo"
    alt: Words = NO_WORDS
    spoiler: bool = False

    @classmethod
    def read(cls, given: Reader) -> "Media":
        """From JSON. Raises StoryError."""
        file = given.text("file", ...)
        if not file or file.startswith(("/", "\\")) or ".." in file.replace("\\", "/").split("/"):
            raise given.wrong("file", "debe ser una ruta dentro de media/", "must be a path inside media/")
        media = cls(file, given.one_of("kind", MEDIA, "photo"), given.words("alt", most=ALT), given.flag("spoiler"))
        given.end()
        return media

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"file": self.file, "kind": self.kind, "alt": self.alt.to_json(), "spoiler": self.spoiler}


@dataclass(frozen=True, slots=True)
class Variant:
    """Another text for readers for whom a condition holds; the first that fits wins."""

    condition: Condition
    text: Words

    @classmethod
    def read(cls, given: Reader) -> "Variant":
        """From JSON. Raises StoryError."""
        variant = cls(given.condition("condition"), given.words("text", most=TEXT, required=True))
        given.end()
        return variant

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"condition": self.condition.to_json(), "text": self.text.to_json()}


@dataclass(frozen=True, slots=True)
class Choice:
    """A way on. ``locked``: shown with a lock or hidden while its condition fails. ``repeat``: how often it is open."""

    key: str
    label: Words
    target: str
    condition: Condition = ALWAYS
    effects: tuple[Effect, ...] = ()
    price: int = 0
    locked: str = "show"
    repeat: str = "always"

    @classmethod
    def read(cls, given: Reader) -> "Choice":
        """From JSON. Raises StoryError."""
        choice = cls(
            key=given.key("key"),
            label=given.words("label", most=LABEL, required=True),
            target=BACK if given.text("target", ...) == BACK else given.key("target", ""),
            condition=given.condition("condition"),
            effects=read_effects(given.raw("effects", []), given.at("effects")),
            price=given.number("price", 0, high=1_000_000),
            locked=given.one_of("locked", ("show", "hide"), "show"),
            repeat=given.one_of("repeat", ("always", "once", "visit"), "always"),
        )
        given.end()
        return choice

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "key": self.key,
            "label": self.label.to_json(),
            "target": self.target,
            "condition": self.condition.to_json(),
            "effects": [effect.to_json() for effect in self.effects],
            "price": self.price,
            "locked": self.locked,
            "repeat": self.repeat,
        }


@dataclass(frozen=True, slots=True)
class Ending:
    """That a fragment ends the story, and how this ending is called."""

    name: Words

    @classmethod
    def read(cls, given: Reader) -> "Ending":
        """From JSON. Raises StoryError."""
        ending = cls(given.words("name", most=NAME))
        given.end()
        return ending

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"name": self.name.to_json()}


@dataclass(frozen=True, slots=True)
class Fragment:
    """One piece of the story: what the reader sees in one message, and what they can do then."""

    key: str
    title: Words
    text: Words = NO_WORDS
    choices: tuple[Choice, ...] = ()
    media: Media | None = None
    ending: Ending | None = None
    vip: bool = False
    condition: Condition = ALWAYS
    variants: tuple[Variant, ...] = ()
    effects: tuple[Effect, ...] = ()
    fallback: str = ""
    checkpoint: bool = False
    undo: bool = True
    tags: tuple[str, ...] = ()
    position: tuple[int, int] | None = None
    note: str = ""

    @classmethod
    def read(cls, given: Reader) -> "Fragment":
        """From JSON. Raises StoryError."""
        fragment = cls(
            key=given.key("key"),
            title=given.words("title", most=NAME),
            text=given.words("text", most=TEXT),
            choices=given.list_of("choices", Choice.read, most=MOST_CHOICES),
            media=given.maybe("media", Media.read),
            ending=given.maybe("ending", Ending.read),
            vip=given.flag("vip"),
            condition=given.condition("condition"),
            variants=given.list_of("variants", Variant.read, most=MOST_VARIANTS),
            effects=read_effects(given.raw("effects", []), given.at("effects")),
            fallback=given.key("fallback", ""),
            checkpoint=given.flag("checkpoint"),
            undo=given.flag("undo", default=True),
            tags=given.tags("tags"),
            position=given.position("position"),
            note=given.text("note", most=5_000),
        )
        given.end()
        return fragment

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "key": self.key,
            "title": self.title.to_json(),
            "text": self.text.to_json(),
            "choices": [choice.to_json() for choice in self.choices],
            "media": self.media.to_json() if self.media else None,
            "ending": self.ending.to_json() if self.ending else None,
            "vip": self.vip,
            "condition": self.condition.to_json(),
            "variants": [variant.to_json() for variant in self.variants],
            "effects": [effect.to_json() for effect in self.effects],
            "fallback": self.fallback,
            "checkpoint": self.checkpoint,
            "undo": self.undo,
            "tags": list(self.tags),
            "position": list(self.position) if self.position else None,
            "note": self.note,
        }


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
    """All of it. ``language`` is the one it was written in, ``start`` the fragment it begins with."""

    key: str
    title: Words
    start: str
    pitch: Words = NO_WORDS
    language: str = "es"
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
