"""Text given by people, made harmless and measured as Telegram measures it."""

import re
import unicodedata
from typing import Final

_MAX_MARKS = 3
_ZWJ, _EMOJI_STYLE = "\u200d", "\ufe0f"
_STYLES = ("\ufe0e", _EMOJI_STYLE)
_MARKS = {"Mn", "Me"}
_SPACES = {"Zs", "Zl", "Zp", "Cc"}
_HIDDEN = {"Cf", "Cs", "Co"}
# Letters and marks that draw nothing: a name made of them looks empty.
_BLANK: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE0E)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
# Controls, surrogates and everything that turns the direction of what follows. New line and tab stay.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)

_UNUSUAL = re.compile("[^ -\u02ff\u0370-\u0482\u048a-\u052f\U0001f300-\U0001f64f\U0001f680-\U0001faff]")


def utf16_len(text: str) -> int:
    """How long Telegram says ``text`` is: its UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) >> 1


def utf16_cut(text: str, limit: int) -> str:
    """The longest beginning of ``text`` within ``limit`` UTF-16 units that ends between two characters."""
    if 2 * len(text) <= limit:
        return text
    units = text[: max(limit, 0)].encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * limit and len(text) <= limit:
        return text
    kept = units[: 2 * limit]
    if len(units) > len(kept) and kept and 0xD8 <= kept[-1] <= 0xDB and 0xDC <= units[len(kept) + 1] <= 0xDF:
        kept = kept[:-2]
    return kept.decode("utf-16-le", "surrogatepass")


def clean_text(text: str) -> str:
    """``text`` of several lines without controls, lone surrogates or direction overrides; CR LF becomes LF."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HARMFUL.sub("", text)


def clean_name(text: str, limit: int = 64) -> str:
    """One visible line of at most ``limit`` UTF-16 units; empty when nothing visible is left.

    Controls and line ends become a space; direction overrides, isolates, zero-width characters and letters that draw
    nothing disappear; a joiner stays between two emoji only and a variation selector after what it can vary. At most
    three marks are stacked on one letter. Cleaning twice changes nothing more.
    """
    text = text[: 16 * max(limit, 0)]
    if not is_plain_name(text):
        text = _visible(text)
    return _ending_well(utf16_cut(" ".join(text.split()), limit))


def is_plain_name(text: str) -> bool:
    """Whether ``text`` is printable Latin, Greek, Cyrillic or simple emoji, which need no closer look; quick."""
    return text.isprintable() and (text.isascii() or not _UNUSUAL.search(text))


def _visible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for place, character in enumerate(text):
        seen = _seen(character, kept[-1] if kept else " ", text[place + 1 : place + 2])
        if seen:
            marks = marks + 1 if unicodedata.category(seen) in _MARKS else 0
            if marks <= _MAX_MARKS:
                kept.append(seen)
    return "".join(kept)


def _seen(character: str, previous: str, following: str) -> str:
    """What of ``character`` may stay between these two: itself, a space or nothing."""
    category = unicodedata.category(character)
    if category in _SPACES:
        return " "
    if character == _ZWJ:
        return _ZWJ if _may_be_joined(previous) and _is_symbol(following) else ""
    if character in _STYLES:
        return character if _may_vary(previous) else ""
    if category in _HIDDEN or character in _BLANK or _is_no_character(character):
        return ""
    return "" if category in _MARKS and previous in (" ", _ZWJ) else character


def _may_vary(character: str) -> bool:
    return character in "#*0123456789" or unicodedata.category(character) in ("So", "Sm", "Po")


def _may_be_joined(character: str) -> bool:
    return character == _EMOJI_STYLE or unicodedata.category(character) == "Sk" or _is_symbol(character)


def _is_symbol(character: str) -> bool:
    """An emoji, or a code point that may be one newer than this Python."""
    if not character or character in _BLANK or _is_no_character(character):
        return False
    return unicodedata.category(character) in ("So", "Sm", "Cn")


def _is_no_character(character: str) -> bool:
    """A code point that never will be a character."""
    return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF


def _ending_well(text: str) -> str:
    """A cut may leave a space or a joiner at the end."""
    return text.rstrip(" " + _ZWJ)
