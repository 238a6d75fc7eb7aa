"""Bold and italic as Twine's tools write them, in our markup; everything else is text as it stands there."""

import re

from narrative.story.content import TEXT
from yabot.core.telegram import markup

_BOLD = re.compile(r"''([^'\n]{1,2000})''|\*\*([^*\n]{1,2000})\*\*")
_ITALIC = re.compile(r"(?<![:/])//([^/\n]{1,2000})//|(?<![\w*])\*([^*\s][^*\n]{0,2000})\*(?![\w*])")


def marked(text: str) -> tuple[str, bool]:
    """The text in our markup, and whether it had to be cut to be stored."""
    kept = text[:TEXT]
    while len(made := _marked(kept)) > TEXT:
        kept = kept[: max(0, len(kept) * TEXT // len(made) - 16)]
    return made, len(kept) < len(text)


def _marked(text: str) -> str:
    escaped = markup.escape(text)
    bold = _BOLD.sub(lambda found: f"<b>{found[1] or found[2]}</b>", escaped)
    both = _ITALIC.sub(lambda found: f"<i>{found[1] or found[2]}</i>", bold)
    return both if not markup.check(both, 10**6) else escaped
