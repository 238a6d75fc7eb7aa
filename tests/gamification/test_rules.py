from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from gamification.models import ReactionReward
from gamification.services import rules
from tests.factories.gamification import AdministeredChatFactory, ReactionRewardFactory
from yabot.core.models import BotStatus, TelegramChat

pytestmark = pytest.mark.django_db

CLUB, OTHER = -1, -2


@pytest.fixture(autouse=True)
def club():
    return AdministeredChatFactory(id=CLUB)


def test_rules_are_read_once_and_again_when_one_changes(django_assert_num_queries):
    rule = ReactionRewardFactory()
    with django_assert_num_queries(2):
        rules.current()
        rules.current()

    rule.amount = 4
    rule.save()
    assert rules.current().find(CLUB, "❤").amount == 4
    rule.delete()
    assert rules.current().find(CLUB, "❤") is None


def test_changes_made_elsewhere_are_seen_after_two_seconds():
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False) as moment:
        ReactionRewardFactory()
        assert rules.current().find(OTHER, "❤") is None
        TelegramChat.objects.bulk_create([TelegramChat(id=OTHER, bot_status=BotStatus.ADMINISTRATOR)])
        assert rules.current().find(OTHER, "❤") is None

        moment.shift(timedelta(seconds=2))
        assert rules.current().find(OTHER, "❤").amount == 1


def test_there_is_one_rule_for_each_place_and_emoji_also_everywhere():
    ReactionRewardFactory(emoji="❤")
    ReactionReward(emoji="❤", chat_id=CLUB).full_clean()

    with pytest.raises(ValidationError) as refusal:
        ReactionReward(emoji=" ❤️").full_clean()

    assert "emoji" in refusal.value.message_dict


def test_a_rule_may_be_saved_again():
    ReactionRewardFactory(emoji="❤").full_clean()


def test_a_cap_below_one_reaction_is_refused():
    with pytest.raises(ValidationError) as refusal:
        ReactionReward(amount=5, daily_cap=4).full_clean()

    assert "daily_cap" in refusal.value.message_dict


def test_the_database_holds_one_rule_for_each_chat_and_emoji():
    ReactionRewardFactory(chat_id=CLUB)

    with pytest.raises(IntegrityError):
        ReactionRewardFactory(chat_id=CLUB)
