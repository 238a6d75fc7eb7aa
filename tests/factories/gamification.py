"""Wallets, rules and the chats they pay in."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from gamification.models import Account, AccountKind, ReactionReward, Reason
from gamification.services import wallets
from yabot.core.ids import uuid7
from yabot.core.models import BotStatus, TelegramChat, TelegramUser
from yabot.core.reactions import HEART


class ReaderFactory(DjangoModelFactory):
    """Somebody the bot has met."""

    class Meta:
        model = TelegramUser

    id = factory.Sequence(lambda number: 1000 + number)
    first_name = "Lucía"
    username = factory.Sequence(lambda number: f"lucia{number}")


class WalletFactory(DjangoModelFactory):
    """A wallet whose besitos came from the mint, as they always do."""

    class Meta:
        model = Account

    user_id = factory.Sequence(lambda number: 1000 + number)
    balance = 10

    @classmethod
    def _create(cls, model_class: type[Account], *args: Any, **given: Any) -> Account:
        user_id, balance = given["user_id"], given["balance"]
        wallets.add(user_id=user_id, amount=balance, reason=Reason.COURTESY, reference=f"courtesy:{uuid7()}")
        return Account.objects.get(kind=AccountKind.USER, user_id=user_id)


class AdministeredChatFactory(DjangoModelFactory):
    """A group where the bot is administrator."""

    class Meta:
        model = TelegramChat

    id = factory.Sequence(lambda number: -1000 - number)
    type = "supergroup"
    title = factory.Sequence(lambda number: f"Club {number}")
    bot_status = BotStatus.ADMINISTRATOR


class ReactionRewardFactory(DjangoModelFactory):
    """A ❤ pays one besito everywhere."""

    class Meta:
        model = ReactionReward

    chat_id = None
    emoji = HEART
    amount = 1
