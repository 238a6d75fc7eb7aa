"""The entities Telegram finds by itself: commands, mentions, hashtags, links and addresses."""

import re

from yabot.sandbox.text.utf16 import utf16_length
from yabot.sandbox.wire import JSON

HINT = re.compile(r"[/@#.]")
DETECTED = re.compile(
    r"(?P<url>(?:https?://|tg://)[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]"
    r"|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|me|io|es|dev|app|mx|info)(?:/[^\s<>\"']*[^\s<>\"'.,;:!?)\]}])?(?![\w@.-]))"
    r"|(?P<email>(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<mention>(?<![\w/@])@[A-Za-z]\w{3,31}(?!\w))"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
    r"|(?P<bot_command>(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?(?![\w/]))"
)


def detect(text: str) -> list[JSON]:
    """The entities of plain text, in order, with offsets in UTF-16 units."""
    if not HINT.search(text):
        return []
    found = []
    for match in DETECTED.finditer(text):
        kind = str(match.lastgroup)
        found.append({"type": kind, "offset": utf16_length(text[: match.start()]), "length": utf16_length(match[0])})
    return found


def with_detected(text: str, given: list[JSON]) -> list[JSON]:
    """The given entities plus the detected ones that do not overlap a link, mention or code."""
    detected = detect(text)
    if not detected or not given:
        return given or detected
    taken = [item for item in given if item["type"] in {"code", "pre", "text_link", "text_mention", "url", "mention"}]
    free = [item for item in detected if not any(overlap(item, other) for other in taken)]
    return in_order([*given, *free])


def overlap(one: JSON, other: JSON) -> bool:
    """Whether two entities share a character."""
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])


def in_order(entities: list[JSON]) -> list[JSON]:
    """Entities as Telegram sorts them: by place, the longer one first."""
    return sorted(entities, key=lambda item: (item["offset"], -item["length"]))
