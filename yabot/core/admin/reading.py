"""Making stored rows readable: JSON, times, message texts, cut to what a list can hold."""

import html
import json
from typing import Any

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import Truncator


def pretty(text: str) -> str:
    """JSON text with a line for each value; anything else as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def one_line(text: str) -> str:
    """The values of a JSON object on one line: «amount: 1, reason: gift»."""
    try:
        given: Any = json.loads(text)
    except ValueError:
        return short(text)
    pairs = given.items() if isinstance(given, dict) else []
    return short(", ".join(f"{name}: {value}" for name, value in pairs), 70)


def code_block(text: str) -> SafeString:
    """JSON for a read-only field: escaped, with its line ends."""
    return format_html('<pre class="yabot-code">{}</pre>', pretty(text))


def short(text: str, length: int = 80) -> str:
    """The beginning of ``text`` on one line."""
    return Truncator(" ".join(text.split())).chars(length)


def message_text(payload: str) -> str:
    """What a reader sees of a Bot API call: its text or caption without tags; empty when it has none."""
    try:
        params: Any = json.loads(payload)
    except ValueError:
        return ""
    if not isinstance(params, dict):
        return ""
    said = params.get("text") or params.get("caption") or ""
    return html.unescape(strip_tags(str(said))) if params.get("parse_mode") == "HTML" else str(said)


def milliseconds(seconds: float) -> str:
    """A distance in time as people read it: «35 ms», «2,4 s», «3 min»."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s".replace(".", ",") if seconds < 120 else f"{seconds / 60:.0f} min"
