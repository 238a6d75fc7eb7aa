from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import timezone

from gamification.events import BesitosAdded, besitos_added
from gamification.models import Transfer
from gamification.services import rewards, rules, wallets
from gamification.services.wallets import Credit
from tests.factories.gamification import AdministeredChatFactory, ReactionRewardFactory
from tests.gamification.hearing import announced
from yabot.core import delivery, people, reactions
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import BotStatus, Delivery, EventRecord, ReactionSource
from yabot.core.reactions import NewReaction, ReactionDetected

pytestmark = pytest.mark.django_db

CLUB, OTHER = -1, -2


def reacted(user_id=1, *, message=1, chat=CLUB, emoji="❤", source="native"):
    return ReactionDetected(
        user_id=user_id, trace=Trace(uuid7(), uuid7()), chat_id=chat, message_id=message, emoji=emoji, source=source
    )


def reward(*events):
    return rewards.reward_reactions(events)


@pytest.fixture(autouse=True)
def club():
    return AdministeredChatFactory(id=CLUB)


def test_a_reaction_pays_what_the_rule_says():
    ReactionRewardFactory(amount=3)
    event = reacted()

    assert reward(event) == 1

    transfer = Transfer.objects.get()
    assert (transfer.amount, transfer.reason, transfer.reference) == (3, "reaction", f"reaction:{CLUB}:1:1")
    assert (transfer.correlation_id, transfer.causation_id) == (event.trace.correlation_id, event.trace.event_id)
    assert announced(BesitosAdded)[0].trace.event_id == event.trace.event_id


def test_a_detected_reaction_reaches_the_wallet_through_the_bus():
    ReactionRewardFactory()
    reactions.detect([NewReaction(7, CLUB, 1, "❤", ReactionSource.BUTTON, Trace(uuid7()))])

    delivery.deliver("gamification")

    assert wallets.balance_of(7) == 1


def test_each_emoji_has_its_own_price():
    ReactionRewardFactory(emoji="❤", amount=1)
    ReactionRewardFactory(emoji="🔥", amount=5)

    reward(reacted(1, emoji="❤"), reacted(2, emoji="🔥"), reacted(3, emoji="👎"))

    assert wallets.balances([1, 2, 3]) == {1: 1, 2: 5}


@pytest.mark.parametrize("written", ["❤", "❤️"])
@pytest.mark.parametrize("seen", ["❤", "❤️"])
def test_a_heart_is_a_heart(written, seen):
    ReactionRewardFactory(emoji=written)

    reward(reacted(emoji=seen))

    assert wallets.balance_of(1) == 1


def test_the_rule_of_a_chat_wins_over_the_general_one():
    AdministeredChatFactory(id=OTHER)
    ReactionRewardFactory(amount=1)
    ReactionRewardFactory(amount=9, chat_id=OTHER)

    reward(reacted(1, chat=CLUB), reacted(2, chat=OTHER))

    assert wallets.balances([1, 2]) == {1: 1, 2: 9}


def test_a_rule_of_one_chat_pays_nowhere_else():
    AdministeredChatFactory(id=OTHER)
    ReactionRewardFactory(chat_id=OTHER)

    assert reward(reacted(chat=CLUB)) == 0


@pytest.mark.parametrize("status", [BotStatus.MEMBER, BotStatus.LEFT])
def test_the_general_rule_pays_nothing_where_the_bot_is_not_administrator(status):
    AdministeredChatFactory(id=OTHER, bot_status=status)
    ReactionRewardFactory()

    assert reward(reacted(chat=OTHER), reacted(chat=-999)) == 0


def test_a_rule_that_is_switched_off_or_worth_nothing_pays_nothing():
    ReactionRewardFactory(is_active=False)
    ReactionRewardFactory(emoji="🔥", amount=0)

    assert reward(reacted(), reacted(2, emoji="🔥")) == 0


def test_a_message_pays_a_reader_once_whatever_the_emoji():
    ReactionRewardFactory(emoji="❤", amount=1)
    ReactionRewardFactory(emoji="🔥", amount=5)

    reward(reacted(emoji="❤"), reacted(emoji="🔥"))
    reward(reacted(emoji="🔥"), reacted(message=2, emoji="🔥"))

    assert wallets.balance_of(1) == 1 + 5


def test_a_repeated_delivery_after_the_rule_changed_pays_nothing_more():
    rule = ReactionRewardFactory(amount=1)
    event = reacted()
    reward(event)
    rule.amount = 7
    rule.save()

    assert reward(event) == 0

    assert wallets.balance_of(1) == 1


def test_an_event_about_nobody_pays_nobody():
    ReactionRewardFactory()

    assert reward(reacted(user_id=None)) == 0


@pytest.mark.usefixtures("at_one_moment")
def test_a_daily_cap_is_counted_in_order_within_a_batch():
    ReactionRewardFactory(amount=2, daily_cap=5)

    assert reward(*(reacted(1, message=number) for number in range(4)), reacted(2)) == 3

    assert wallets.balances([1, 2]) == {1: 4, 2: 2}
    paid = Transfer.objects.filter(user_id=1).values_list("reference", flat=True)
    assert sorted(paid) == [f"reaction:{CLUB}:0:1", f"reaction:{CLUB}:1:1"]


@pytest.mark.usefixtures("at_one_moment")
def test_a_daily_cap_counts_what_earlier_batches_paid():
    ReactionRewardFactory(daily_cap=2)

    for message in range(4):
        reward(reacted(message=message))

    assert wallets.balance_of(1) == 2


def test_the_cap_starts_again_at_midnight_of_the_community(settings):
    settings.TIME_ZONE = "America/Mexico_City"  # UTC-6
    timezone.get_default_timezone.cache_clear()
    ReactionRewardFactory(daily_cap=1)
    balances = []

    for moment in ("2030-05-10T05:00", "2030-05-10T05:59", "2030-05-10T06:00", "2030-05-11T05:59", "2030-05-11T06:00"):
        with time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False):
            reward(reacted(message=moment))
            balances.append(wallets.balance_of(1))

    timezone.get_default_timezone.cache_clear()
    assert balances == [1, 1, 2, 2, 3]


@pytest.mark.usefixtures("at_one_moment")
def test_a_cap_counts_only_what_its_own_rule_paid():
    ReactionRewardFactory(emoji="🔥", amount=5)
    ReactionRewardFactory(emoji="❤", daily_cap=2)
    wallets.add_many([Credit(1, 50, "gift", "gift:1")])

    reward(*(reacted(message=number, emoji="🔥") for number in range(3)))
    reward(*(reacted(message=number, emoji="❤") for number in range(3, 9)))

    assert wallets.balance_of(1) == 50 + 15 + 2


@pytest.mark.usefixtures("at_one_moment")
def test_repeated_deliveries_do_not_use_up_the_cap():
    ReactionRewardFactory(daily_cap=2)
    first = reacted(message=1)
    reward(first)

    reward(first, first, reacted(message=2))

    assert wallets.balance_of(1) == 2


@pytest.mark.usefixtures("at_one_moment")
def test_one_message_in_a_batch_twice_uses_the_cap_once():
    ReactionRewardFactory(daily_cap=2)

    reward(reacted(message=1), reacted(message=1), reacted(message=2))

    assert wallets.balance_of(1) == 2


def test_a_clock_that_was_set_back_does_not_mix_the_days():
    ReactionRewardFactory(daily_cap=1)
    with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC), tick=False):
        uuid7()  # ids never go back, so the next ones are later than their rows

    for day in (10, 11):
        with time_machine.travel(datetime(2030, 5, day, 12, tzinfo=UTC), tick=False):
            reward(reacted(message=day))

    assert wallets.balance_of(1) == 2


@pytest.mark.usefixtures("at_one_moment")
def test_an_emoji_without_a_cap_pays_when_the_capped_one_does_not():
    ReactionRewardFactory(emoji="❤", daily_cap=1)
    ReactionRewardFactory(emoji="🔥", amount=3)
    reward(reacted(message=1))

    reward(reacted(message=2, emoji="❤"), reacted(message=2, emoji="🔥"))

    assert wallets.balance_of(1) == 1 + 3


@pytest.mark.usefixtures("nothing_grows_old")
@pytest.mark.parametrize("cap", [None, 3])
@pytest.mark.parametrize("size", [1, 100, 400])
def test_a_delivery_takes_the_same_statements_for_any_batch(size, cap, django_assert_num_queries):
    ReactionRewardFactory(daily_cap=cap)
    for message in (1, 2):
        found = [
            NewReaction(user, CLUB, message, "❤", ReactionSource.NATIVE, Trace(uuid7())) for user in range(1, size + 1)
        ]
        reactions.detect(found)
        if message == 1:
            delivery.deliver("gamification")
    heard, counted = bool(besitos_added.modules), 2 if cap else 0

    # savepoint; claim; references; balances; transfers; entries; publish 2; delete; release
    with django_assert_num_queries(10 + heard + counted):
        assert delivery.deliver("gamification") == size


def test_events_heard_twice_pay_once():
    ReactionRewardFactory()
    found = [NewReaction(user, CLUB, 1, "❤", ReactionSource.NATIVE, Trace(uuid7())) for user in range(1, 21)]
    reactions.detect(found)
    delivery.deliver("gamification")
    for record in EventRecord.objects.filter(type="reaction_detected"):
        for _ in range(2):
            Delivery.objects.create(
                event=record, module="gamification", user_id=record.user_id, sequence=record.sequence, shard=0
            )

    assert delivery.deliver("gamification") == 40

    assert set(wallets.balances(range(1, 21)).values()) == {1}
    assert len(announced(BesitosAdded)) == 20


def test_a_group_that_becomes_a_supergroup_keeps_its_rules():
    ReactionRewardFactory(chat_id=-5, emoji="🔥", amount=7)

    people.move_chat(chat_id=-5, moved_to=-1005)
    delivery.deliver("gamification")
    delivery.deliver("gamification")

    assert rules.current().find(-1005, "🔥").amount == 7
    assert rules.current().find(-5, "🔥") is None
