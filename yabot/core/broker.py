"""Redis: whether it is there, and clients for it. It is speed and never truth: nobody waits for it for long."""

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
    return connect(url)


def connect(url: str, *, patience: float = PATIENCE) -> Any:
    """A client that waits ``patience`` seconds for an answer, and tries once: its library's own would try for long."""
    from redis import Redis  # a process without Redis need not load its library
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    once = Retry(NoBackoff(), 0)
    return Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=min(PATIENCE, patience), retry=once)


def client(*, patience: float = PATIENCE) -> Any:
    """A client of its own, for a thread that talks much."""
    return connect(_address(), patience=patience)


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
