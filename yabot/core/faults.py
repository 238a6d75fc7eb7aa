"""Named points at which a test may end the process (``YABOT_CRASH_AT=name:n``); refused when ``DEBUG`` is off."""

import os
from collections import Counter

from django.conf import settings

POINTS = (
    "after_get_updates",
    "after_inbox_commit",
    "after_service_commit",
    "in_delivery",
    "after_delivery_commit",
    "after_message_claim",
    "after_send",
    "before_mark",
    "in_tick",
    "after_webhook_commit",
)
_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """End the process as SIGKILL would, when the settings ask for it here and this is the n-th time."""
    if not settings.CRASH_AT or not settings.DEBUG:
        return
    wanted, _, times = settings.CRASH_AT.partition(":")
    if wanted == name:
        _passed[name] += 1
        if _passed[name] >= int(times or 1):
            os._exit(137)
