"""People of the team and their own Telegram: linked by a code that they send to the bot, once."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from yabot.core import clock
from yabot.core.models import StaffTelegram, TelegramUser
from yabot.core.transactions import atomic

PREFIX = "equipo-"  # of the deep link that carries the code
VALID_FOR = timedelta(minutes=15)


@atomic
def new_code(staff: Any) -> str:
    """What this person of the team sends to the bot as ``/start equipo-…``. The codes before it open nothing more."""
    code = secrets.token_urlsafe(16)
    values = {"code_hash": _hash(code), "code_until": clock.now() + VALID_FOR}
    StaffTelegram.objects.update_or_create(staff=staff, defaults=values)
    return code


@atomic
def link(code: str, *, user_id: int) -> str:
    """Link whoever sent the code to whoever was shown it: their name; empty when the code is old, used or none."""
    row = StaffTelegram.objects.select_related("staff").filter(code_hash=_hash(code), code_until__gt=clock.now())
    found = row.first() if code else None
    if found is None:
        return ""
    # The row is only written while it still has the code: of two who send it at once, one is linked.
    mine = StaffTelegram.objects.filter(pk=found.pk, code_hash=found.code_hash)
    if not mine.update(user_id=user_id, code_hash="", code_until=None):
        return ""
    return str(found.staff.get_username())


def telegram_of(staff: Any) -> TelegramUser | None:
    """The chat of this person of the team; None when it is not linked, or the bot may not write there."""
    linked = StaffTelegram.objects.filter(staff=staff).values_list("user_id", flat=True).first()
    reader = TelegramUser.objects.filter(pk=linked).first() if linked else None
    return reader if reader and reader.is_reachable else None


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
