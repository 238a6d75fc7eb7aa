"""The economy against the event log: what was lost is paid once, what was never owed is not."""

from datetime import timedelta

import pytest
import time_machine

from gamification.models import Account, Entry, Hold, HoldState, Reason, Transfer
from gamification.services import proof, rules, wallets
from tests.core.reconciling import AFTER, audit, found, reconcile
from tests.factories.gamification import AdministeredChatFactory, ReactionRewardFactory, WalletFactory
from yabot.core import clock, delivery, ids, reactions, rows
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, EventRecord, FindingState, Reaction, ReactionSource, TelegramChat
from yabot.core.reactions import NewReaction

pytestmark = pytest.mark.django_db
REWARDS, TRANSFERS = "gamification.rewards", "gamification.transfers"
BALANCES, HOLDS = "gamification.balances", "gamification.holds"


@pytest.fixture
def group() -> int:
    """A group that has paid one besito for a ❤ since an hour ago."""
    hour_ago = clock.now() - timedelta(hours=1)
    chat = AdministeredChatFactory(bot_status_at=hour_ago)
    ReactionRewardFactory()
    old(hour_ago)
    return chat.pk


def old(moment) -> None:
    """Every rule is as it was then."""
    from gamification.models import ReactionReward

    ReactionReward.objects.update(changed_at=moment)
    rules.current.forget()


def react(chat_id: int, message_id: int = 1, user_id: int = 7, emoji: str = "❤") -> str:
    """A reaction; its event's id."""
    trace = Trace(uuid7())
    reactions.detect([NewReaction(user_id, chat_id, message_id, emoji, ReactionSource.NATIVE, trace)])
    return str(EventRecord.objects.latest("id").pk)


def lose_deliveries() -> None:
    rows.delete(Delivery, {"module": "gamification"})


def pay() -> None:
    while delivery.deliver("gamification"):
        pass


def test_a_lost_reward_is_paid_as_it_would_have_been_and_once(group):
    event = react(group)
    lose_deliveries()

    assert reconcile(REWARDS, then=pay).repaired == 1

    transfer = Transfer.objects.get()
    assert transfer.reference == f"reaction:{group}:1:7"
    assert str(transfer.causation_id) == event
    assert wallets.balance_of(7) == 1
    assert audit(FindingState.REPAIRED) == [("reaction_unpaid", event)]
    assert found(reconcile(REWARDS)) == []


def test_what_was_paid_or_still_waits_is_left_alone(group):
    react(group, message_id=1)
    pay()
    react(group, message_id=2)

    assert found(reconcile(REWARDS)) == []


def test_a_second_emoji_on_the_same_message_is_not_owed(group):
    ReactionRewardFactory(emoji="🔥")
    old(clock.now() - timedelta(hours=1))
    react(group)
    pay()
    react(group, emoji="🔥")
    lose_deliveries()

    assert found(reconcile(REWARDS)) == []


def test_a_repair_that_does_not_hold_is_left_to_a_person(group):
    event = react(group)
    lose_deliveries()
    reconcile(REWARDS)
    lose_deliveries()

    report = reconcile(REWARDS)

    assert (report.repaired, report.left) == (0, 1)
    assert audit(FindingState.OPEN) == [("reaction_unpaid", event)]


@pytest.mark.parametrize("change", ["created", "edited", "switched", "removed", "moved", "capped"])
def test_nothing_is_owed_when_any_rule_changed_since(group, change):
    other = ReactionRewardFactory(chat_id=group)
    old(clock.now() - timedelta(hours=1))
    react(group)
    lose_deliveries()
    if change == "created":
        ReactionRewardFactory(emoji="🔥")
    elif change == "edited":
        other.amount = 9
        other.save()
    elif change == "switched":
        other.is_active = False
        other.save(update_fields=["is_active"])
    elif change == "removed":
        other.delete()
    elif change == "moved":
        rules.move(chat_id=group, moved_to=-5)
    else:
        type(other).objects.update(daily_cap=10)
        rules.current.forget()

    assert found(reconcile(REWARDS)) == []


def test_nothing_is_owed_from_before_the_bot_was_administrator(group):
    react(group)
    lose_deliveries()
    TelegramChat.objects.update(bot_status_at=clock.now())

    assert found(reconcile(REWARDS)) == []


def test_nothing_is_owed_where_nothing_is_paid(group):
    react(-99)
    react(group, emoji="👎")
    lose_deliveries()

    assert found(reconcile(REWARDS)) == []


def test_a_transfer_without_its_two_entries_is_listed(group):
    wallet = WalletFactory(balance=10)
    broken = Transfer.objects.get()
    WalletFactory(balance=10)
    rows.delete(Entry, {"transfer": broken.pk, "account": wallet.pk})

    report = reconcile(TRANSFERS)

    assert found(report) == [("transfer_wrong", str(broken.pk))]
    assert found(reconcile(TRANSFERS)) == [("transfer_wrong", str(broken.pk))]


def test_a_reward_of_a_reaction_that_nobody_gave_is_listed(group):
    react(group)
    react(group, user_id=8)
    pay()
    rows.delete(Reaction, {"user_id": 8})

    report = reconcile(TRANSFERS)

    assert [line.one.user_id for line in report.found] == [8]
    assert report.found[0].one.kind == "reward_without_reaction"


def test_a_balance_somebody_touched_is_listed_and_never_changed():
    wallet = WalletFactory(balance=10)
    WalletFactory(balance=3)
    Account.objects.filter(pk=wallet.pk).update(balance=12)

    report = reconcile(BALANCES)

    assert report.found[0].one.facts == {"person": wallet.user_id, "balance": 12, "sum": 10}
    assert (report.repaired, report.left) == (0, 1)
    assert wallets.balance_of(wallet.user_id) == 12


def test_a_hold_that_ran_out_is_given_back_as_the_job_would_have():
    WalletFactory(user_id=7, balance=10)
    held = wallets.hold(
        user_id=7, amount=4, reason=Reason.AUCTION, reference="puja:1", expires_at=clock.now() + timedelta(minutes=1)
    )

    assert reconcile(HOLDS).repaired == 1
    assert wallets.balance_of(7) == 10
    assert Hold.objects.get(pk=held.pk).state == HoldState.RELEASED
    assert proof.prove().ok
    assert found(reconcile(HOLDS)) == []


def test_a_hold_the_job_has_just_given_back_is_no_repair():
    WalletFactory(user_id=7, balance=10)
    expires_at = clock.now() + timedelta(minutes=1)
    wallets.hold(user_id=7, amount=4, reason=Reason.AUCTION, reference="puja:1", expires_at=expires_at)
    newest = ids._last
    with time_machine.travel(clock.now() + AFTER):
        wallets.release_due()
    ids._last = newest

    assert found(reconcile(HOLDS)) == []
