"""Formatted text as Telegram takes it: the characters, and what holds from where to where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from yabot.core.telegram.names import clean_text, utf16_cut, utf16_len


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of formatted text. ``offset`` and ``length`` count UTF-16 code units, as the Bot API does."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None

    @property
    def end(self) -> int:
        """The first unit after it."""
        return self.offset + self.length

    def at(self, offset: int, length: int) -> "Entity":
        """The same formatting elsewhere. Sets the slots directly: the ordinary way takes nearly twice as long."""
        moved = _new(Entity)
        _set_type(moved, self.type)
        _set_offset(moved, offset)
        _set_length(moved, length)
        _set_url(moved, self.url)
        _set_language(moved, self.language)
        _set_custom_emoji_id(moved, self.custom_emoji_id)
        _set_unix_time(moved, self.unix_time)
        _set_date_time_format(moved, self.date_time_format)
        return moved

    def to_api(self) -> dict[str, Any]:
        """The ``MessageEntity`` object of the Bot API: fields that say nothing are left out."""
        shown: dict[str, Any] = {"type": self.type, "offset": self.offset, "length": self.length}
        for name in _OPTIONAL:
            value = getattr(self, name)
            if value is not None:
                shown[name] = value
        return shown


_OPTIONAL = ("url", "language", "custom_emoji_id", "unix_time", "date_time_format")
_new = object.__new__
_set_type, _set_offset, _set_length, _set_url, _set_language = (
    vars(Entity)[name].__set__ for name in ("type", "offset", "length", "url", "language")
)
_set_custom_emoji_id, _set_unix_time, _set_date_time_format = (
    vars(Entity)[name].__set__ for name in ("custom_emoji_id", "unix_time", "date_time_format")
)


@dataclass(frozen=True, slots=True)
class RichText:
    """A text and its entities, sorted as Telegram sorts them: by offset, the longer first.

    It is kept as written, blanks included, so that pieces can be added; ``to_api`` and the preview show it as it
    arrives, without the blanks that Telegram takes away.
    """

    text: str
    entities: tuple[Entity, ...] = ()

    @classmethod
    def plain(cls, text: str) -> "RichText":
        """``text`` as it is, nothing in it is markup; without controls and direction overrides (``clean_text``)."""
        return cls(clean_text(text))

    @property
    def length(self) -> int:
        """In UTF-16 code units, as limits are counted."""
        return utf16_len(self.text)

    @property
    def is_blank(self) -> bool:
        """Nothing would be seen: Telegram refuses to send it."""
        return not self.text.strip()

    def __add__(self, other: object) -> "RichText":
        if not isinstance(other, RichText):
            return NotImplemented
        start = self.length
        moved = (entity.at(start + entity.offset, entity.length) for entity in other.entities)
        return RichText(self.text + other.text, (*self.entities, *moved))

    def cut(self, limit: int) -> "RichText":
        """Its beginning, at most ``limit`` UTF-16 units; no character and no entity is left half."""
        text = utf16_cut(self.text, limit)
        return self if len(text) == len(self.text) else RichText(text, self.entities).tidy()

    def tidy(self) -> "RichText":
        """With entities sorted, inside the text, and none around blanks only. A custom emoji is whole or gone."""
        units = self.text.encode("utf-16-le", "surrogatepass")
        total = len(units) >> 1
        kept = []
        for entity in sorted(self.entities, key=lambda entity: (entity.offset, -entity.length)):
            end = min(entity.end, total)
            covered = units[2 * entity.offset : 2 * end].decode("utf-16-le", "surrogatepass")
            is_halved = end < entity.end and entity.type == "custom_emoji"
            if covered.strip() and entity.offset >= 0 and not is_halved:
                kept.append(entity if end == entity.end else entity.at(entity.offset, end - entity.offset))
        return RichText(self.text, tuple(kept))

    def trimmed(self) -> "RichText":
        """As it arrives: Telegram takes the blanks at both ends away."""
        text = self.text
        if not text or not (text[0].isspace() or text[-1].isspace()):
            return self
        shift = utf16_len(text) - utf16_len(text.lstrip())
        return RichText(text.strip(), tuple(_shifted(self.entities, shift))).tidy()

    def to_api(self, field: Literal["text", "caption"] = "text") -> dict[str, Any]:
        """The parameters of ``sendMessage``, or with ``field="caption"`` of the methods that send media."""
        shown = self.trimmed()
        entities = "entities" if field == "text" else "caption_entities"
        return {field: shown.text, entities: [entity.to_api() for entity in shown.entities]}


def _shifted(entities: tuple[Entity, ...], by: int) -> Iterator[Entity]:
    """Entities of a text that lost its first ``by`` units."""
    for entity in entities:
        start, end = max(entity.offset - by, 0), entity.end - by
        if end > start:
            yield entity.at(start, end - start)
