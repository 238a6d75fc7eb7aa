"""What a bot wrote, turned into the text and entities of a message."""

from typing import Any

from yabot.sandbox.refusals import bad_request, not_modelled
from yabot.sandbox.text.detection import in_order, with_detected
from yabot.sandbox.text.html import parse_html
from yabot.sandbox.text.utf16 import is_boundary, utf16_length
from yabot.sandbox.wire import JSON

ENTITY_TYPES = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)
NEEDED_FIELD = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
IGNORED_WHEN_GIVEN = frozenset(["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"])


def formatted(source: str, parse_mode: str | None, entities: Any) -> tuple[str, list[JSON]]:
    """The visible text, trimmed as Telegram trims it, with given and detected entities."""
    text, found = _parsed(source, parse_mode, entities)
    text, found = _trimmed(text, found)
    return text, with_detected(text, found)


def _parsed(source: str, parse_mode: str | None, entities: Any) -> tuple[str, list[JSON]]:
    mode = (parse_mode or "").lower()
    if mode == "html":
        return parse_html(source) if "<" in source or "&" in source else (source, [])
    if mode in {"markdown", "markdownv2"}:
        raise not_modelled(f"parse_mode {parse_mode}")
    if mode:
        raise bad_request("unsupported parse_mode")
    return source, _checked(source, entities) if entities else []


def _checked(text: str, entities: Any) -> list[JSON]:
    if not isinstance(entities, list) or not all(isinstance(item, dict) for item in entities):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    kept = []
    for item in entities:
        kind, offset, length = item.get("type"), item.get("offset"), item.get("length")
        if kind not in ENTITY_TYPES:
            raise bad_request("can't parse entities: Unsupported entity type specified")
        if not isinstance(offset, int) or not isinstance(length, int):
            raise bad_request("can't parse entities: MessageEntity must have integer offset and length")
        if length <= 0 or not (is_boundary(text, offset) and is_boundary(text, offset + length)):
            raise bad_request("ENTITY_BOUNDS_INVALID")
        needed = NEEDED_FIELD.get(kind)
        if needed and item.get(needed) in (None, ""):
            raise bad_request(f"can't parse entities: Can't find field \"{needed}\"")
        if kind not in IGNORED_WHEN_GIVEN:
            kept.append(item)
    return in_order(kept)


def _trimmed(text: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    if text == (short := text.strip()):
        return text, entities
    shift = utf16_length(text) - utf16_length(text.lstrip())
    size = utf16_length(short)
    kept = []
    for item in entities:
        start = max(0, item["offset"] - shift)
        end = min(size, item["offset"] - shift + item["length"])
        if end > start:
            kept.append({**item, "offset": start, "length": end - start})
    return short, kept
