"""Whether Redis is there. It is speed and never truth, so everything here only looks."""

from functools import cache
from typing import Any

from django.conf import settings

from yabot.core.redaction import redact

PATIENCE = 1.0  # seconds to connect, and to answer


def is_used() -> bool:
    """Whether this installation has a Redis at all."""
    return bool(_address())


def _address() -> str:
    return str(getattr(settings, "REDIS_URL", ""))


@cache
def _client(url: str) -> Any:
    from redis import Redis  # a process without Redis need not load its library

    return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def trouble() -> str:
    """Why Redis does not answer; empty when it does."""
    from redis.exceptions import RedisError

    try:
        _client(_address()).ping()
    except (RedisError, OSError, ValueError) as error:
        return redact(f"{type(error).__name__}: {error}")[:200]
    return ""


def about() -> dict[str, Any]:
    """What the server says of itself (``INFO``). Raises RedisError or OSError."""
    found: dict[str, Any] = _client(_address()).info()
    return found
