"""Who sends. With Redis every process that can, within one shared budget; without it one at a time."""

import time

from django.conf import settings

from yabot.core import broker, clock, leases
from yabot.core.models import Lease
from yabot.core.telegram.budget import RateBudget, Rates
from yabot.core.telegram.shared_budget import PATIENCE, SharedBudget

SECONDS = 15.0
_PLACE = "sender"


def take_place(owner: str) -> bool:
    """Take or keep a place among those who send; False while another process sends alone."""
    return leases.take(f"{_PLACE}:{owner}" if broker.is_used() else _PLACE, owner, seconds=SECONDS)


def alive() -> set[str]:
    """Everybody who has a place and has not died since."""
    held = Lease.objects.filter(name__startswith=_PLACE, expires_at__gt=clock.now()).exclude(owner="")
    return {owner for owner in held.values_list("owner", flat=True) if not leases.is_gone(owner)}


def budget() -> RateBudget:
    """How fast this process may send: alone, or with all others that send for this bot."""
    rates = Rates(settings.SEND_RATE, settings.SEND_RATE_PER_CHAT, settings.SEND_RATE_PER_GROUP_MINUTE)
    if not broker.is_used():
        return RateBudget(rates, time.monotonic)
    bot = settings.TELEGRAM_TOKEN.partition(":")[0]
    return SharedBudget(rates, broker.client(patience=PATIENCE), bot=bot, senders=lambda: len(alive()))
