"""A fragment as it is: its text and what else it is for some readers, its file, its ways on."""

from dataclasses import dataclass
from typing import Any

from narrative.story.effects import Effect, read_effects
from narrative.story.reading import NO_WORDS, Reader, Words
from yabot.core.conditions import Condition

MOST_CHOICES, MOST_VARIANTS = 50, 20
TEXT, ALT, LABEL, NAME, MISSING = (
    16_000,
    1_000,
    200,
    200,
    120,
)  # of a draft; what can be sent is for the linter
BACK = "<"  # a choice's target that means: where the reader came from
ALWAYS = Condition()
MEDIA = ("photo", "video", "animation", "audio", "voice", "document")


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
