"""Twine's files: Twee 3, story files and archives in HTML, and JSON. Read as the specifications say, never run.

https://github.com/iftechfoundation/twine-specs
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

from narrative.exchange.refusal import MOST_PASSAGES, ExchangeError
from narrative.story.reading import UNSOUND

DATA = "YabotData"  # what an export of ours keeps beside the passages
DROPPED = {"script", "stylesheet"}
_HEADER = re.compile(r"^::(?P<rest>.*)$", re.M)


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage; ``line`` is where it begins in its file, 0 when nobody knows."""

    name: str
    text: str
    tags: tuple[str, ...] = ()
    position: tuple[int, int] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class TwineStory:
    """A story as Twine has it. ``start`` is empty when the file does not say one that is there; ``data`` is what an
    export of ours kept; ``dropped`` counts scripts and styles; ``warnings`` are (es, en)."""

    name: str
    start: str = ""
    ifid: str = ""
    passages: tuple[Passage, ...] = ()
    data: str = ""
    dropped: int = 0
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def begins(self) -> str:
        """The name of the passage it begins with: the one it says, or «Start», or its first."""
        names = [passage.name for passage in self.passages]
        return self.start or ("Start" if "Start" in names else names[0] if names else "")


@dataclass(slots=True)
class _Making:
    name: str = ""
    start: str = ""
    ifid: str = ""
    passages: list[Passage] = field(default_factory=list)
    data: str = ""
    dropped: int = 0
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def add(self, passage: Passage) -> None:
        """Keep a passage, unless it is a script or a style."""
        if DROPPED & set(passage.tags):
            self.dropped += 1
        elif passage.name == "StoryTitle":
            self.name = passage.text.strip()
        elif passage.name == "StoryData":
            self._said(passage.text)
        elif passage.name == DATA:
            self.data = self.data or passage.text
        else:
            if len(self.passages) >= MOST_PASSAGES:
                raise ExchangeError(
                    "NAR021", f"Más de {MOST_PASSAGES} pasajes.", f"More than {MOST_PASSAGES} passages."
                )
            self.passages.append(_sound(passage))

    def _said(self, text: str) -> None:
        """StoryData: bad JSON is warned of and discarded, as the specification asks."""
        given = _json(text)
        if not isinstance(given, dict):
            self.warnings.append(("StoryData no es JSON: no se usa", "StoryData is no JSON: it is not used"))
            return
        self.start = str(given.get("start") or "")
        self.ifid = str(given.get("ifid") or "")

    def done(self) -> TwineStory:
        """The story."""
        return TwineStory(
            name=_clean(self.name) or "Twine",
            start=self.start if any(passage.name == self.start for passage in self.passages) else "",
            ifid=self.ifid,
            passages=tuple(self.passages),
            data=self.data,
            dropped=self.dropped,
            warnings=tuple(self.warnings),
        )


def _clean(text: str) -> str:
    """Without characters that cannot be stored."""
    return UNSOUND.sub("\ufffd", text)


def _sound(passage: Passage) -> Passage:
    tags = tuple(_clean(tag) for tag in passage.tags if tag)
    return replace(passage, name=_clean(passage.name), text=_clean(passage.text), tags=tags)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


# --- Twee 3 -----------------------------------------------------------------------------------------------------------
def read_twee(text: str) -> TwineStory:
    """A Twee 3 file. Raises ExchangeError for too many passages."""
    making = _Making()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    headers = list(_HEADER.finditer(text))
    line, place = 1, 0
    for number, header in enumerate(headers):
        end = headers[number + 1].start() if number + 1 < len(headers) else len(text)
        line += text.count("\n", place, header.start())
        place = header.start()
        name, tags, metadata = _split(header["rest"])
        position = None
        if metadata:
            given = _json(metadata)
            if isinstance(given, dict):
                position = _place(str(given.get("position", "")))
            else:
                said = f"{name}: metadatos que no son JSON", f"{name}: metadata that is no JSON"
                making.warnings.append(said)
        body = text[header.end() : end].removeprefix("\n").rstrip()
        making.add(Passage(name, body, tags, position, line))
    return making.done()


def _split(rest: str) -> tuple[str, tuple[str, ...], str]:
    """Name, tags and metadata of a header; a backslash takes a character as it is."""
    parts, current, kind, place = {"name": "", "tags": "", "meta": ""}, "", "name", 0
    while place < len(rest):
        letter = rest[place]
        if letter == "\\" and place + 1 < len(rest) and kind != "meta":
            place += 1
            current += rest[place]
        elif kind == "name" and letter == "[":
            parts["name"], current, kind = current, "", "tags"
        elif kind == "name" and letter == "{":
            parts["name"], current, kind = current, "{", "meta"
        elif kind == "tags" and letter == "]":
            parts["tags"], current, kind = current, "", "after"
        elif kind == "after" and letter == "{":
            current, kind = "{", "meta"
        else:
            current += letter
        place += 1
    if kind in parts:
        parts[kind] = current
    return parts["name"].strip(), tuple(parts["tags"].split()), parts["meta"].strip()


def _place(text: str) -> tuple[int, int] | None:
    found = re.match(r"\s*(-?\d{1,6})(?:\.\d*)?\s*,\s*(-?\d{1,6})", text)
    return (int(found[1]), int(found[2])) if found else None


# --- HTML -------------------------------------------------------------------------------------------------------------
# A general HTML parser takes quadratic time over what strangers can write; four kinds of tags need none.
_ATTRIBUTE = re.compile(r"""(?<![\w-])([\w-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
MOST_HEADER = 10_000


def read_html(text: str) -> tuple[TwineStory, ...]:
    """Every story in a Twine 2 file or archive; the engines around them are not even looked at."""
    return tuple(_story(header, body) for header, body in _elements(text, "tw-storydata"))


def _story(header: str, body: str) -> TwineStory:
    given = _attributes(header)
    making = _Making(name=given.get("name", ""), ifid=given.get("ifid", ""))
    making.dropped = sum(1 for tag in ("script", "style") for _header, inside in _elements(body, tag) if inside.strip())
    for passage_header, inside in _elements(body, "tw-passagedata"):
        mine = _attributes(passage_header)
        name, tags = mine.get("name", ""), tuple(mine.get("tags", "").split())
        if mine.get("pid") and mine.get("pid") == given.get("startnode"):
            making.start = name
        making.add(Passage(name, unescape(inside).strip("\n"), tags, _place(mine.get("position", ""))))
    return making.done()


def _elements(text: str, tag: str) -> Iterator[tuple[str, str]]:
    """The header and the inside of each element with this tag; one pass over the text."""
    opening = re.compile(rf"<{tag}(?=[ \n\t\r>])", re.I | re.A)
    closing = re.compile(f"</{tag}", re.I | re.A)
    place = 0
    while start := opening.search(text, place):
        place = start.end()
        header_end = text.find(">", place, place + MOST_HEADER)
        if header_end < 0:
            continue
        end = closing.search(text, header_end)
        if end is None:
            return
        yield text[place:header_end], text[header_end + 1 : end.start()]
        place = end.end()


def _attributes(header: str) -> dict[str, str]:
    return {name.lower(): unescape(double or single) for name, double, single in _ATTRIBUTE.findall(header)}


# --- JSON -------------------------------------------------------------------------------------------------------------
def read_json(given: dict[str, Any]) -> TwineStory:
    """Twine JSON 1.0. What is of another shape than it should be is left out."""
    making = _Making(name=str(given.get("name") or ""), ifid=str(given.get("ifid") or ""))
    by_pid: dict[str, str] = {}
    for one in _objects(given.get("passages")):
        name, tags = str(one.get("name") or ""), one.get("tags") or []
        words = tags.split() if isinstance(tags, str) else tags if isinstance(tags, list) else []
        metadata = one.get("metadata") if isinstance(one.get("metadata"), dict) else {}
        place = _place(str(one.get("position") or (metadata or {}).get("position") or ""))
        by_pid[str(one.get("pid") or one.get("id") or "")] = name
        making.add(Passage(name, str(one.get("text") or ""), tuple(map(str, words)), place))
    start = given.get("start") or by_pid.get(str(given.get("startnode") or given.get("startPassage") or ""), "")
    making.start = str(start or "")
    return making.done()


def _objects(given: Any) -> Iterator[dict[str, Any]]:
    yield from (one for one in given if isinstance(one, dict)) if isinstance(given, list) else ()
