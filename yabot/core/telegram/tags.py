"""The tags of Telegram's HTML: what each means, what it takes, and what may stand inside what."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from yabot.core.telegram.names import clean_text, utf16_len
from yabot.core.telegram.richtext import Entity

_TYPES: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_ATTRIBUTES: Final = {
    "span": {"class"},
    "a": {"href"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-emoji": {"emoji-id"},
    "tg-time": {"unix", "format"},
}
_REQUIRED: Final = {"span": "class", "a": "href", "tg-emoji": "emoji-id", "tg-time": "unix"}

STYLES: Final = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
QUOTES: Final = frozenset({"blockquote", "expandable_blockquote"})
CODES: Final = frozenset({"code", "pre"})

_NAME = re.compile(r"</?\s*([a-zA-Z][a-zA-Z0-9-]*)", re.ASCII)
_CLOSING = re.compile(r"</\s*[a-zA-Z][a-zA-Z0-9-]*\s*>", re.ASCII)
_ATTRIBUTE = re.compile(r"""\s+([a-zA-Z][a-zA-Z-]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=`]+))?""", re.ASCII)
_LINK = re.compile(r"(?:https?://[^\s/?#]|tg://[^\s]|mailto:[^\s@?]+@[^\s@?])[^\s\x00-\x20]*", re.IGNORECASE)
_LANGUAGE = re.compile(r"language-([\w+#.-]{1,32})", re.ASCII)
_DATE_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_LONGEST_LINK = 2048
_NOTHING, _SPOILER = re.compile(""), re.compile("tg-spoiler")
_ID, _MOMENT = re.compile(r"[0-9]{1,20}"), re.compile(r"[0-9]{1,11}")
_REFERENCES: Final = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
_REFERENCE = re.compile(r"&#?\w{1,32};", re.ASCII)


class TagRefused(Exception):
    """A tag is not one of Telegram's; ``code`` and ``details`` name the problem."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code, self.details = code, details


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening tag: its name, and the entity it makes with no place yet."""

    name: str
    entity: Entity


def tag_name(raw: str) -> str | None:
    """The name in a tag, small letters; None when Telegram has no such tag."""
    found = _NAME.match(raw)
    name = found[1].lower() if found else ""
    return name if name in _TYPES else None


def read_closing(raw: str) -> str:
    """The name that ``</name>`` closes. Raises TagRefused."""
    name = tag_name(raw)
    if name is None or not _CLOSING.fullmatch(raw):
        raise TagRefused("unknown_tag", tag=raw)
    return name


def read_opening(raw: str) -> Opening:
    """What ``<name attributes>`` opens. Raises TagRefused."""
    name = tag_name(raw)
    found = _NAME.match(raw)
    if name is None or found is None:
        raise TagRefused("unknown_tag", tag=raw)
    return Opening(name, _entity(name, _attributes(name, raw, found.end())))


def _attributes(name: str, raw: str, place: int) -> dict[str, str]:
    given: dict[str, str] = {}
    while attribute := _ATTRIBUTE.match(raw, place):
        key = attribute[1].lower()
        if key not in _ATTRIBUTES.get(name, ()) or key in given:
            raise TagRefused("bad_attribute", tag=f"<{name}>", attribute=attribute[0].strip())
        given[key] = _decoded(name, _unquoted(attribute[2] or ""))
        place = attribute.end()
    if raw[place:].strip() != ">":
        raise TagRefused("bad_attribute", tag=f"<{name}>", attribute=raw[place:-1].strip())
    missing = _REQUIRED.get(name)
    if missing and missing not in given:
        raise TagRefused("missing_attribute", tag=f"<{name}>", attribute=missing)
    return given


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in ('"', "'") else value


def _decoded(name: str, value: str) -> str:
    def decode(found: re.Match[str]) -> str:
        character = read_reference(found[0])
        if character is None:
            raise TagRefused("bad_attribute", tag=f"<{name}>", attribute=found[0])
        return character

    return _REFERENCE.sub(decode, value)


def _entity(name: str, given: dict[str, str]) -> Entity:
    """The entity that a tag with these attributes makes."""
    read = _READERS.get(name)
    return read(given) if read and given else Entity(_TYPES[name], 0, 0)


def _read_link(given: dict[str, str]) -> Entity:
    if not is_safe_link(given["href"]):
        raise TagRefused("bad_link")
    return Entity("text_link", 0, 0, url=given["href"])


def _read_code(given: dict[str, str]) -> Entity:
    return Entity("code", 0, 0, language=_expect(_LANGUAGE, "code", "class", given["class"])[1])


def _read_quote(given: dict[str, str]) -> Entity:
    _expect(_NOTHING, "blockquote", "expandable", given["expandable"])
    return Entity("expandable_blockquote", 0, 0)


def _read_span(given: dict[str, str]) -> Entity:
    _expect(_SPOILER, "span", "class", given["class"])
    return Entity("spoiler", 0, 0)


def _read_emoji(given: dict[str, str]) -> Entity:
    return Entity("custom_emoji", 0, 0, custom_emoji_id=_expect(_ID, "tg-emoji", "emoji-id", given["emoji-id"])[0])


def _read_time(given: dict[str, str]) -> Entity:
    unix_time = int(_expect(_MOMENT, "tg-time", "unix", given["unix"])[0])
    date_time_format = _expect(_DATE_FORMAT, "tg-time", "format", given.get("format", ""))[0]
    return Entity("date_time", 0, 0, unix_time=unix_time, date_time_format=date_time_format or None)


def _expect(pattern: re.Pattern[str], name: str, attribute: str, value: str) -> re.Match[str]:
    found = pattern.fullmatch(value)
    if not found:
        raise TagRefused("bad_attribute", tag=f"<{name}>", attribute=f'{attribute}="{value}"')
    return found


_READERS: Final[dict[str, Callable[[dict[str, str]], Entity]]] = {
    "a": _read_link,
    "code": _read_code,
    "blockquote": _read_quote,
    "span": _read_span,
    "tg-emoji": _read_emoji,
    "tg-time": _read_time,
}


def is_safe_link(url: str) -> bool:
    """Whether a message or a page may link there: http, https, tg and mailto only."""
    return len(url) <= _LONGEST_LINK and bool(_LINK.fullmatch(url)) and clean_text(url) == url


def read_reference(raw: str) -> str | None:
    """The character that ``&lt;``, ``&#60;`` or ``&#x3c;`` stands for; None for names Telegram does not know."""
    if raw in _REFERENCES:
        return _REFERENCES[raw]
    number = re.fullmatch(r"&#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));", raw)
    if not number:
        return None
    point = int(number[1]) if number[1] else int(number[2], 16)
    if point > 0x10FFFF or clean_text(chr(point)) != chr(point):
        return None
    return chr(point)


def may_contain(outer: str, inner: str) -> bool:
    """Whether Telegram shows an entity of type ``inner`` inside one of type ``outer``.

    Styles hold and are held by anything but code; quotes hold anything but quotes; the others hold styles only.
    """
    if outer in CODES or outer == "custom_emoji":
        return False
    if outer in STYLES:
        return inner not in CODES
    if outer in QUOTES:
        return inner not in QUOTES
    return inner in STYLES


def is_one_emoji(text: str) -> bool:
    """Whether ``text`` can stand for a custom emoji: short, with no blanks and no letters (but for the emoji ℹ)."""
    is_short = 0 < utf16_len(text) <= 32 and not text.isascii()
    return is_short and not any(c.isspace() or (c.isalpha() and c != "ℹ") for c in text)
