"""A page as it is read: text and ways on, the same value for the chat, the play-test and the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from narrative.story.content import Choice, Fragment, Media, Story
from narrative.story.engine import Option, Scene
from yabot.core.telegram import markup
from yabot.core.telegram.limits import CAPTION, TEXT
from yabot.core.telegram.preview import to_preview_html
from yabot.core.telegram.richtext import RichText

LABEL = 60
SHORTEST = 20  # units: a description that has to be shorter says nothing
COIN, LOCK = "💋", "🔒 "
NAME = "{nombre}"  # in a text: the reader's name
_SAID = {
    "es": ("Final: {}", "Fin", "Has encontrado {} de {} finales."),
    "en": ("Ending: {}", "The end", "You have found {} of {} endings."),
}
_LEFT = {
    "es": ("Queda una decisión", "Quedan {} decisiones", "Quedan de {} a {} decisiones", "{}, o más."),
    "en": ("One decision is left", "{} decisions are left", "{} to {} decisions are left", "{}, or more."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A way on as it is shown; ``reason`` says why it is closed, in one sentence."""

    choice: str
    label: str
    is_open: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader sees where they stand. A gate has a reason instead of ways on."""

    fragment: str
    text: RichText
    lines: tuple[Line, ...] = ()
    media: Media | None = None
    is_gate: bool = False
    is_ending: bool = False

    def to_json(self) -> dict[str, Any]:
        """What saved paths and programs compare: every word, and every way on."""
        return {
            "fragment": self.fragment,
            "html": to_preview_html(self.text),
            "media": self.media.file if self.media else "",
            "choices": [[line.choice, line.label, line.is_open, line.reason] for line in self.lines],
        }


@dataclass(frozen=True, slots=True)
class Beholder:
    """Who looks: their language and name, and how many of the story's endings they have found."""

    language: str = "es"
    name: str = ""
    endings: tuple[int, int] = (0, 0)
    describes: bool = False  # they want to read what the pictures show


def draw(told: Story, scene: Scene, beholder: Beholder) -> Page:
    """The page that this reader sees of a scene."""
    language, fragment = beholder.language, scene.fragment
    if scene.gate:
        reason = scene.gate["en" if language == "en" else "es"]
        return Page(fragment.key, RichText.plain(f"🔒 {reason}"), is_gate=True)
    words = scene.text.in_(language, told.language) or fragment.title.in_(language, told.language) or "…"
    limit = CAPTION if fragment.media else TEXT
    end = (
        _ending(ending_named(fragment, told.language, language), beholder)
        if fragment.ending
        else _left(told, fragment, language)
    )
    told_here = measured(_filled(words, beholder)).cut(limit - end.length) + end
    alt = fragment.media.alt.in_(language, told.language) if fragment.media and beholder.describes else ""
    text = _described(alt, limit - told_here.length) + told_here
    lines = tuple(_line(option, told.language, language) for option in scene.options)
    return Page(fragment.key, text, lines, fragment.media, is_ending=fragment.ending is not None)


def _described(alt: str, room: int) -> RichText:
    """What a picture shows, as the first line; what is told on the page comes first where there is little room."""
    if not alt or room < SHORTEST:
        return RichText("")
    return RichText.plain(f"🖼 {alt}").cut(room - 2) + RichText.plain("\n\n")


def label(option: Option, source: str, language: str) -> str:
    """What stands on the button: lock and price whole, and of the words what there is room for."""
    lock = "" if option.is_open else LOCK
    words = option.choice.label.in_(language, source)
    return f"{lock}{cut(words, label_room(option.choice, is_open=option.is_open))}{_price(option.choice)}"


def label_room(choice: Choice, *, is_open: bool) -> int:
    """How many letters of a choice's words its button shows."""
    return LABEL - len(_price(choice)) - (0 if is_open else len(LOCK))


def _price(choice: Choice) -> str:
    return f" · {choice.price} {COIN}" if choice.price else ""


def cut(words: str, most: int = LABEL) -> str:
    """The words, or as many as a button shows."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _line(option: Option, source: str, language: str) -> Line:
    reason = option.reasons.get("en" if language == "en" else "es", "")
    return Line(option.choice.key, label(option, source, language), option.is_open, reason)


def _filled(source: str, beholder: Beholder) -> str:
    return source.replace(NAME, markup.escape(beholder.name or "…")) if NAME in source else source


def ending_named(fragment: Fragment, source: str, language: str) -> str:
    """«Final: La puerta», or that it is the end."""
    named, unnamed, _count = _SAID["en" if language == "en" else "es"]
    name = fragment.ending.name.in_(language, source) if fragment.ending else ""
    return named.format(name) if name else unnamed


def _ending(title: str, beholder: Beholder) -> RichText:
    count = _SAID["en" if beholder.language == "en" else "es"][2]
    return RichText.plain(f"\n\n🏁 {title}\n{count.format(*beholder.endings)}")


def _left(told: Story, fragment: Fragment, language: str) -> RichText:
    """How long the story still is from here, where it tells and there is a way to an ending."""
    left = told.left.get(fragment.key) if told.tells_left else None
    return RichText.plain(f"\n\n⏳ {decisions(left, language)}") if left else RichText("")


def decisions(left: tuple[int, int | None], language: str) -> str:
    """How many decisions there are between here and an ending, in a sentence."""
    one, some, between, more = _LEFT["en" if language == "en" else "es"]
    fewest, most = left
    if most is not None and fewest < most:
        return between.format(fewest, most) + "."
    said = one if fewest == 1 else some.format(fewest)
    return more.format(said) if most is None else f"{said}."


def problems(source: str, limit: int) -> list[Mapping[str, Any]]:
    """What has to be mended in a text before it can be sent, in both languages."""
    return [
        {"line": one.line, "column": one.column, "es": one.message("es"), "en": one.message("en")}
        for one in markup.check(source, limit)
    ]


def measured(source: str) -> RichText:
    """The text whole, however long; without formatting when something in it has to be mended (the desk says so)."""
    try:
        return markup.parse(source, 10**6)
    except markup.MarkupError:
        return RichText.plain(source)
