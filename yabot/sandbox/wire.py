"""JSON as it travels between the bot, the sandbox and its page."""

from typing import Any

import orjson

JSON = dict[str, Any]


def dumps(value: Any) -> bytes:
    """The value as JSON bytes; object keys that are numbers become strings."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def loads(body: bytes | str) -> Any:
    """The value of JSON text. Raises ``ValueError`` when it is not JSON."""
    return orjson.loads(body)
