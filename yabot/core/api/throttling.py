"""So many requests in each minute: for each key, for each reader, and for an address whose keys are refused.

One counter for each minute, raised atomically by whatever keeps the cache. While Redis is away nothing is counted.
"""

from typing import ClassVar, cast

from django.conf import settings
from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from yabot.core import clock
from yabot.core.models import ModuleKey

MINUTE = 60
MOST_REFUSED = 60  # keys from one address in a minute


class MinuteThrottle(BaseThrottle):
    """At most as many requests of one subject as the setting says."""

    setting: ClassVar[str]

    def subject(self, request: Request, view: APIView) -> str | None:
        """What is counted together; None is not counted."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request; False when it is one too many."""
        subject = self.subject(request, view)
        return subject is None or _count(subject) <= getattr(settings, self.setting)

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return rest_of_minute()


class KeyThrottle(MinuteThrottle):
    """``API_RATE``, for each key and its successors together."""

    setting = "API_RATE"

    def subject(self, request: Request, view: APIView) -> str | None:
        """The key, or the one it came after."""
        return f"key:{cast(ModuleKey, request.auth).owner}"


class ReaderThrottle(MinuteThrottle):
    """``API_RATE_PER_READER``, for writes concerning one reader, whoever asks."""

    setting = "API_RATE_PER_READER"

    def subject(self, request: Request, view: APIView) -> str | None:
        """The reader of the address, unless the key knows only another one: it uses nothing up then."""
        user_id, known = view.kwargs.get("user_id"), cast(ModuleKey, request.auth).user_id
        if user_id is None or known not in {None, user_id} or request.method in {"GET", "HEAD"}:
            return None
        return f"reader:{user_id}"


def note_refusal(address: str) -> None:
    """Count a wrong key from this address. Raises Throttled when there were many.

    A good key from the same address, which may be a proxy's, is never kept out.
    """
    if _count(f"refused:{address}") > MOST_REFUSED:
        raise Throttled(rest_of_minute())


def rest_of_minute() -> float:
    """Seconds until everybody is counted anew."""
    return MINUTE - clock.now().timestamp() % MINUTE


def _count(subject: str) -> int:
    """How often this subject was counted in this minute, with this time."""
    key = f"throttle:{subject}:{int(clock.now().timestamp() // MINUTE)}"
    cache.add(key, 0, timeout=2 * MINUTE)
    try:
        return cache.incr(key) or 1  # nothing, while Redis is away
    except ValueError:  # forgotten in between
        return 1
