"""Telegram's HTML: a small strict language, refused with the position of the mistake."""

import re
from dataclasses import dataclass, field

from yabot.sandbox.refusals import Refusal, bad_request
from yabot.sandbox.text.detection import in_order
from yabot.sandbox.text.utf16 import utf16_length
from yabot.sandbox.wire import JSON

ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));")
PIECE = re.compile(r"[<&]")
ATTRIBUTE = re.compile(r"""\s*([^\s=>]*)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)))?""")


@dataclass(slots=True)
class OpenTag:
    """A tag whose end was not read yet."""

    name: str
    offset: int
    start: int
    attributes: dict[str, str]


@dataclass(slots=True)
class Reading:
    """How far the parser is: what was read, which tags are open."""

    source: str
    at: int = 0
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    open_tags: list[OpenTag] = field(default_factory=list)
    entities: list[JSON] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Add visible text."""
        self.pieces.append(text)
        self.length += utf16_length(text)

    def byte_offset(self, at: int) -> int:
        """A place in the source, in bytes, as Telegram reports it."""
        return len(self.source[:at].encode())


def parse_html(source: str) -> tuple[str, list[JSON]]:
    """The visible text and its entities. Raises ``Refusal`` in Telegram's words."""
    reading = Reading(source)
    while found := PIECE.search(source, reading.at):
        if found.start() > reading.at:
            reading.write(source[reading.at : found.start()])
        reading.at = found.start()
        if found[0] == "&":
            _read_reference(reading)
        elif source.startswith("</", reading.at):
            _read_end_tag(reading)
        else:
            _read_start_tag(reading)
    if reading.at < len(source):
        reading.write(source[reading.at :])
    if reading.open_tags:
        raise _mistake(f'Can\'t find end tag corresponding to start tag "{reading.open_tags[-1].name}"')
    return "".join(reading.pieces), in_order(reading.entities)


def _mistake(what: str) -> Refusal:
    return bad_request(f"can't parse entities: {what}")


def _read_reference(reading: Reading) -> None:
    match = REFERENCE.match(reading.source, reading.at)
    if match is None:
        reading.write("&")
        reading.at += 1
        return
    decimal, hexadecimal, name = match.groups()
    code = 0 if name else int(decimal) if decimal else int(hexadecimal, 16)
    valid = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    reading.write(NAMED[name] if name else chr(code) if valid else match[0])
    reading.at = match.end()


def _read_start_tag(reading: Reading) -> None:
    source, begin = reading.source, reading.at
    place = reading.byte_offset(begin)
    name_end = begin + 1
    while name_end < len(source) and not source[name_end].isspace() and source[name_end] != ">":
        name_end += 1
    if name_end == len(source):
        raise _mistake(f'Unclosed start tag "{source[begin + 1 :]}" at byte offset {place}')
    name = source[begin + 1 : name_end].lower()
    if name not in ENTITY_OF_TAG:
        raise _mistake(f'Unsupported start tag "{name}" at byte offset {place}')
    attributes, reading.at = _read_attributes(source, name_end, name, place)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _mistake(f'Tag "span" must have class "tg-spoiler" at byte offset {place}')
    if name == "tg-emoji" and not attributes.get("emoji-id", "").isdigit():
        raise _mistake("Invalid custom emoji identifier specified")
    reading.open_tags.append(OpenTag(name, reading.length, len(reading.pieces), attributes))


def _read_attributes(source: str, at: int, tag: str, place: int) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    while at < len(source):
        while at < len(source) and source[at].isspace():
            at += 1
        if at < len(source) and source[at] == ">":
            return attributes, at + 1
        match = ATTRIBUTE.match(source, at)
        if match is None or match.end() == at:
            break
        if not match[1]:
            raise _mistake(f'Empty attribute name in the tag "{tag}" at byte offset {place}')
        value = next((piece for piece in match.groups()[1:] if piece is not None), "")
        attributes[match[1].lower()] = REFERENCE.sub(_decoded, value)
        at = match.end()
    raise _mistake(f'Unclosed start tag "{tag}" at byte offset {place}')


def _decoded(match: re.Match[str]) -> str:
    return NAMED[match[3]] if match[3] else chr(int(match[1]) if match[1] else int(match[2], 16))


def _read_end_tag(reading: Reading) -> None:
    source, begin = reading.source, reading.at
    place = reading.byte_offset(begin)
    if not reading.open_tags:
        raise _mistake(f"Unexpected end tag at byte offset {place}")
    end = source.find(">", begin)
    if end < 0:
        raise _mistake(f"Unclosed end tag at byte offset {place}")
    name = source[begin + 2 : end].strip().lower()
    tag = reading.open_tags.pop()
    if name and name != tag.name:
        raise _mistake(f'Unmatched end tag at byte offset {place}, expected "</{tag.name}>", found "</{name}>"')
    reading.at = end + 1
    if reading.length > tag.offset:
        _close(reading, tag)


def _close(reading: Reading, tag: OpenTag) -> None:
    entity: JSON = {"type": ENTITY_OF_TAG[tag.name], "offset": tag.offset, "length": reading.length - tag.offset}
    if tag.name == "a":
        url = tag.attributes.get("href") or "".join(reading.pieces[tag.start :])
        if not _link(entity, url):
            return
    elif tag.name == "blockquote" and "expandable" in tag.attributes:
        entity["type"] = "expandable_blockquote"
    elif tag.name == "tg-emoji":
        entity["custom_emoji_id"] = tag.attributes["emoji-id"]
    elif tag.name == "code" and tag.attributes.get("class", "").startswith("language-"):
        if reading.open_tags and reading.open_tags[-1].name == "pre":
            reading.open_tags[-1].attributes["language"] = tag.attributes["class"].removeprefix("language-")
            return
    elif tag.name == "pre" and "language" in tag.attributes:
        entity["language"] = tag.attributes["language"]
    reading.entities.append(entity)


def _link(entity: JSON, url: str) -> bool:
    mention = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if mention:
        entity.update(type="text_mention", user={"id": int(mention[1])})
        return True
    if not re.match(r"(?:https?|tg|ton|mailto|tel)[:/]", url):
        if "." not in url or re.search(r"\s", url):
            return False
        url = f"http://{url}"
    entity["url"] = url + "/" if re.fullmatch(r"https?://[^/?#]+", url) else url
    return True
