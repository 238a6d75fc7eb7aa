"""Whom Lucien may write to, and when they want to hear of him."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yabot.core import rows
from yabot.core.models import TelegramUser


@dataclass(frozen=True, slots=True)
class Addressee:
    """What a letter needs of its reader."""

    name: str
    language: str
    zone: str = "UTC"
    quiet: tuple[int, int] | None = None

    def heard_at(self, moment: datetime) -> datetime:
        """This moment, or the end of the night in which they do not want to hear anything."""
        return after_the_night(moment, self.zone, self.quiet) if self.quiet else moment


def after_the_night(moment: datetime, zone: str, quiet: tuple[int, int]) -> datetime:
    """The moment, or, when it is in the quiet hours of that zone, the end of them. Nights may pass midnight."""
    try:
        there = moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        there = moment
    start, end = quiet
    is_quiet = start <= there.hour < end if start < end else there.hour >= start or there.hour < end
    if start == end or not is_quiet:
        return moment
    morning = there.replace(hour=end % 24, minute=0, second=0, microsecond=0)
    if morning <= there:
        morning = (morning.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=there.tzinfo)
    return morning.astimezone(UTC)


def addressees(user_ids: Iterable[int]) -> dict[int, Addressee]:
    """Those of these readers who may be written to. Whoever never wrote to the bot is tried: Telegram decides."""
    columns = ("id", "first_name", "language", "language_code", "time_zone", "quiet_from", "quiet_until")
    found = rows.select(TelegramUser, columns, {"id": tuple(user_ids), "blocked_at": None, "erased_at": None})
    return {
        user: Addressee(
            name,
            chosen or ("en" if telegram[:2].lower() == "en" else "es"),
            zone,
            None if start is None or end is None else (start, end),
        )
        for user, name, chosen, telegram, zone, start, end in found
    }
