"""Whatever somebody brings: what it is, by what is in it, and what it would become."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from narrative.exchange.bundle import Bundle, read_bundle, read_story
from narrative.exchange.drafting import draft
from narrative.exchange.refusal import MOST_BYTES, ExchangeError, decoded, too_large
from narrative.exchange.report import Report
from narrative.exchange.twine import TwineStory, read_html, read_json, read_twee
from narrative.story.content import Story

MOST_BUNDLE = 100_000_000
_INK = re.compile(r"^\s*={2,}\s*\w+|^\s*->\s*\w+|^\s*[*+]\s*\[", re.M | re.A)
_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"(dp", b"ccopy_reg")


@dataclass(frozen=True, slots=True)
class Brought:
    """A story that was read, and the report on it; nothing has been made of it yet."""

    bundle: Bundle
    report: Report = field(default_factory=Report)
    kind: str = "bundle"

    @property
    def story(self) -> Story:
        """What it tells."""
        return self.bundle.story

    def under(self, key: str) -> "Brought":
        """The same under another key."""
        return replace(self, bundle=replace(self.bundle, story=replace(self.story, key=key)))


def read_any(data: bytes, filename: str = "", *, language: str = "es") -> tuple[Brought, ...]:
    """Every story in a file: a bundle, ``story.json``, Twee 3, Twine HTML, an archive or Twine JSON.

    ``language`` is the one a Twine story is taken to be written in. Raises ExchangeError, StoryError.
    """
    if filename.lower().endswith(".tws") or data.startswith(_PICKLE):
        raise ExchangeError(
            "NAR027",
            "Los archivos de Twine 1 (.tws) pueden ejecutar programas: no se abren. Expórtalo como Twee.",
            "Files of Twine 1 (.tws) can run programs: they are not opened. Export it as Twee.",
        )
    if data.startswith(b"PK"):
        if len(data) > MOST_BUNDLE:
            raise too_large(len(data), MOST_BUNDLE)
        bundle = read_bundle(data)
        return (Brought(bundle, _counted(bundle.story)),)
    if len(data) > MOST_BYTES:
        raise too_large(len(data))
    text = decoded(data)
    start = text.lstrip()[:1]
    if start == "{":
        return _json(data, text, language)
    stories = read_html(text) if "<tw-storydata" in text.lower() else (read_twee(text),)
    if not any(story.passages for story in stories) and (filename.lower().endswith(".ink") or _INK.search(text)):
        raise _ink()
    return tuple(_drafted(story, language, "twine") for story in _told(stories))


def _json(data: bytes, text: str, language: str) -> tuple[Brought, ...]:
    try:
        given: Any = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, dict) and "inkVersion" in given:
        raise _ink()
    if isinstance(given, dict) and "passages" in given:
        return tuple(_drafted(story, language, "twine-json") for story in _told((read_json(given),)))
    story = read_story(data)
    return (Brought(Bundle(story), _counted(story), "story"),)


def _told(stories: tuple[TwineStory, ...]) -> tuple[TwineStory, ...]:
    """The stories that tell something. Raises ExchangeError when there is none."""
    told = tuple(story for story in stories if story.passages)
    if not told:
        raise ExchangeError(
            "NAR028", "No se reconoce ninguna historia en este archivo.", "No story was found in this file."
        )
    return told


def _ink() -> ExchangeError:
    return ExchangeError(
        "NAR056",
        "Es una historia de Ink, que todavía no se lee. Se leen paquetes de YABOT y Twine.",
        "It is a story of Ink, which is not read yet. Bundles of YABOT and Twine are.",
    )


def _drafted(story: TwineStory, language: str, kind: str) -> Brought:
    made, report = draft(story, language=language)
    return Brought(Bundle(made), report, kind)


def _counted(story: Story) -> Report:
    return Report(len(story.fragments), sum(1 for _one in story.choices()))
