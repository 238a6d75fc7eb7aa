"""Readers who earn and react, and the bus that tells the story of it."""

from collections.abc import Iterable

import orjson

from gamification.events import BesitosAdded
from narrative.models import HintUnlock
from tests.factories.core import ReactionFactory, TelegramUserFactory
from yabot.core import delivery, events, reactions
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, OutgoingMessage, ReactionSource
from yabot.core.reactions import NewReaction, NewTotal


def reader(**facts):
    """Somebody who may be written to."""
    return TelegramUserFactory(**facts).pk


def earned(user_id: int, balance: int) -> BesitosAdded:
    """The economy says: this reader has so many besitos now."""
    facts = {"amount": 1, "reason": "reaction", "reference": "reaction:1", "transfer_id": uuid7()}
    return BesitosAdded(user_id=user_id, trace=Trace(uuid7()), balance=balance, **facts)


def earn(balances: dict[int, int]) -> None:
    """These readers have so many besitos, and the story hears of it."""
    events.publish([earned(user, balance) for user, balance in balances.items()])
    tell()


def react(*user_ids: int, message_id: int = 1, chat_id: int = -1001) -> None:
    """These people react in a group, and the story hears of it."""
    native = ReactionSource.NATIVE
    reactions.detect([NewReaction(user, chat_id, message_id, "❤", native, Trace(uuid7())) for user in user_ids])
    tell()


def has_reacted(user_id: int, times: int) -> None:
    """Reactions from before the story was written."""
    ReactionFactory.create_batch(times, user_id=user_id)


def counted(total: int, *, chat_id: int = -1001, emoji: str = "❤", message_id: int = 1) -> None:
    """Telegram tells a channel's anonymous total, and the story hears of it."""
    reactions.count([NewTotal(chat_id, message_id, emoji, total, Trace(uuid7()))])
    tell()


def tell(rounds: int = 40) -> None:
    """Everything that waits for the story, also what it announces meanwhile."""
    for _ in range(rounds):
        if not delivery.deliver("narrative"):
            return
    raise AssertionError("the story never ends")


def twice() -> None:
    """Each waiting delivery comes again, as after a crash."""
    for row in list(Delivery.objects.filter(module="narrative")):
        row.pk = uuid7()
        row.save(force_insert=True)


def opened() -> set[tuple[int, str]]:
    """Who found out what."""
    return set(HintUnlock.objects.values_list("user_id", "hint__key"))


def letters(user_id: int | None = None) -> list[dict]:
    """What Lucien wrote: method, priority, due_at, and the parameters."""
    rows: Iterable[OutgoingMessage] = OutgoingMessage.objects.filter(key__startswith="hint:").order_by("id")
    if user_id is not None:
        rows = [row for row in rows if row.user_id == user_id]
    return [{"row": row, **orjson.loads(row.payload)} for row in rows]


def texts(user_id: int | None = None) -> list[str]:
    """The words of Lucien's letters."""
    return [letter.get("text") or letter["caption"] for letter in letters(user_id)]
