"""A message drawn for the admin's phone, from the very entities that are sent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape

from yabot.core.telegram.richtext import Entity, RichText
from yabot.core.telegram.tags import is_safe_link

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIMPLE = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ('<span class="tg-spoiler">', "</span>"),
    "code": ("<code>", "</code>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ('<blockquote class="tg-expandable">', "</blockquote>"),
}


def to_preview_html(rich: RichText) -> str:
    """HTML that shows ``rich`` as it arrives; safe for any text, also in entities not made by ``parse``.

    Line ends stay as they are: the page shows them with ``white-space: pre-wrap``.
    """
    shown = rich.trimmed().tidy()
    units = shown.text.encode("utf-16-le", "surrogatepass")
    return "".join(_draw(units, shown.entities))


def _draw(units: bytes, entities: tuple[Entity, ...]) -> Iterator[str]:
    place = 0
    still_open: list[tuple[int, str]] = []
    for entity in entities:
        while still_open and still_open[-1][0] <= entity.offset:
            end, closing = still_open.pop()
            yield _text(units, place, end) + closing
            place = end
        yield _text(units, place, entity.offset)
        place = entity.offset
        opening, closing = _tags(entity)
        yield opening
        around = still_open[-1][0] if still_open else entity.end
        still_open.append((min(entity.end, around), closing))
    for end, closing in reversed(still_open):
        yield _text(units, place, end) + closing
        place = end
    yield _text(units, place, len(units) >> 1)


def _text(units: bytes, start: int, end: int) -> str:
    return escape(units[2 * start : 2 * end].decode("utf-16-le", "replace"))


def _tags(entity: Entity) -> tuple[str, str]:
    """Opening and closing tag; nothing for what Telegram finds by itself, such as mentions."""
    if entity.type == "text_link" and entity.url and is_safe_link(entity.url):
        return f'<a href="{escape(entity.url)}" target="_blank" rel="noopener noreferrer nofollow">', "</a>"
    if entity.type == "pre":
        kind = f' class="language-{escape(entity.language)}"' if entity.language else ""
        return f"<pre><code{kind}>", "</code></pre>"
    if entity.type == "custom_emoji":
        return f'<span class="tg-emoji" data-emoji-id="{escape(entity.custom_emoji_id or "")}">', "</span>"
    if entity.type == "date_time":
        return _moment(entity), "</time>"
    return _SIMPLE.get(entity.type, ("", ""))


def _moment(entity: Entity) -> str:
    """The page may rewrite the text in the reader's zone as clients do: it has the moment and the format."""
    try:
        moment = (_EPOCH + timedelta(seconds=entity.unix_time or 0)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        moment = ""
    shown_as = escape(entity.date_time_format or "")
    return f'<time class="tg-time" datetime="{moment}" data-format="{shown_as}" title="{moment}">'
