"""What each reaction is worth, read at most every two seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.db.models.signals import post_delete, post_save

from gamification.models import ReactionReward
from yabot.core import clock
from yabot.core.models import BotStatus, TelegramChat
from yabot.core.remembered import Remembered
from yabot.core.transactions import atomic


@dataclass(frozen=True, slots=True)
class Rule:
    """One active rule."""

    id: UUID
    amount: int
    daily_cap: int | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All active rules: by chat and emoji, and by emoji for every chat the bot administers."""

    here: dict[tuple[int, str], Rule]
    everywhere: dict[str, Rule]
    administered: frozenset[int]

    def find(self, chat_id: int, emoji: str) -> Rule | None:
        """The rule for a reaction. One with a chat wins over the general one."""
        rule = self.here.get((chat_id, emoji))
        return rule if rule or chat_id not in self.administered else self.everywhere.get(emoji)


def knowing(places: Iterable[tuple[int, str]]) -> Rules:
    """The rules, read anew when a reaction comes from a chat they do not know: it may have become ours just now."""
    known = current()
    if any(emoji in known.everywhere and chat_id not in known.administered for chat_id, emoji in places):
        current.forget()
        return current()
    return known


def _load() -> Rules:
    here, everywhere = {}, {}
    active = ReactionReward.objects.filter(is_active=True, amount__gt=0).order_by()
    for key, chat_id, emoji, amount, cap in active.values_list("id", "chat_id", "emoji", "amount", "daily_cap"):
        rule = Rule(key, amount, cap)
        if chat_id is None:
            everywhere[emoji] = rule
        else:
            here[chat_id, emoji] = rule
    chats = TelegramChat.objects.filter(bot_status=BotStatus.ADMINISTRATOR).order_by() if everywhere else None
    return Rules(here, everywhere, frozenset(chats.values_list("pk", flat=True) if chats is not None else ()))


current = Remembered(_load, fresh=timedelta(seconds=2))
"""The rules now."""


@atomic
def move(*, chat_id: int, moved_to: int) -> int:
    """A group became a supergroup: its rules apply under its new id, unless that has rules of its own; how many."""
    known = set(ReactionReward.objects.filter(chat_id=moved_to).values_list("emoji", flat=True))
    moved = ReactionReward.objects.filter(chat_id=chat_id).exclude(emoji__in=known)
    count = moved.update(chat_id=moved_to, changed_at=clock.now())
    current.changed()
    return count


def unchanged_since() -> datetime | None:
    """Since when every reward applies as it does now; None when there is none.

    A change of one may change what another one pays (a rule for one chat hides the general one), so they count
    together.
    """
    latest: datetime | None = ReactionReward.objects.aggregate(latest=Max("changed_at"))["latest"]
    return latest


@atomic
def note_removal(**_: object) -> None:
    """A rule is gone: what it hid applies from now on."""
    ReactionReward.objects.update(changed_at=clock.now())


post_delete.connect(note_removal, sender=ReactionReward, dispatch_uid="gamification.rules.removal")
for _model in (ReactionReward, TelegramChat):
    for _signal in (post_save, post_delete):
        _signal.connect(current.changed, sender=_model, dispatch_uid="gamification.rules")
