"""Besitos that programs move: apart from those the system moves by itself."""

import pytest
from django.core.cache import cache

from gamification.models import MINT_ID, Reason, Transfer
from gamification.services import rewards, wallets
from tests.core.calling import ORDER, WALLET, ask
from tests.factories.gamification import AdministeredChatFactory, ReactionRewardFactory, WalletFactory
from tests.factories.keys import bearer
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import ReactionSource
from yabot.core.reactions import ReactionDetected

pytestmark = pytest.mark.django_db

CLUB = -1


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def test_no_order_of_a_program_is_taken_for_a_readers_reaction():
    AdministeredChatFactory(id=CLUB)
    ReactionRewardFactory(amount=3, daily_cap=30)
    reference = rewards.reference_of(CLUB, 1, 2)
    assert ask(WALLET + "add/", bearer(), "post", ORDER | {"reference": reference}).status_code == 200

    reacted = ReactionDetected(
        user_id=2, trace=Trace(uuid7(), uuid7()), chat_id=CLUB, message_id=1, emoji="❤", source=ReactionSource.BUTTON
    )

    assert rewards.reward_reactions([reacted]) == 1
    assert wallets.balances([1, 2]) == {1: ORDER["amount"], 2: 3}


def test_no_order_of_a_program_keeps_a_transfer_from_being_undone():
    wrong = wallets.add(user_id=1, amount=5, reason=Reason.GIFT, reference="gift:1")
    ask(WALLET + "add/", bearer(), "post", ORDER | {"reference": f"undo:{wrong.pk}"})

    undone = wallets.correct(wrong.pk, "ana", "")

    assert (undone.target_id, wallets.balance_of(1)) == (MINT_ID, 5)


def test_no_order_of_a_program_keeps_a_hold_from_ending():
    WalletFactory(user_id=1, balance=20)
    taken, given = (
        wallets.hold(user_id=1, amount=2, reason=Reason.AUCTION, reference=f"bid:{number}") for number in range(2)
    )
    headers = bearer()
    for reference in (f"capture:{taken.pk}", f"release:{given.pk}"):
        assert ask(WALLET + "spend/", headers, "post", ORDER | {"reference": reference}).status_code == 200

    wallets.capture(taken.pk)
    wallets.release(given.pk)

    assert wallets.balance_of(1) == 20 - 2 * ORDER["amount"] - 2


@pytest.mark.parametrize("order", ["add", "spend", "holds"])
def test_a_program_reads_its_references_as_it_gave_them(order):
    WalletFactory(user_id=1, balance=5)

    told = ask(f"{WALLET}{order}/", bearer(), "post", ORDER).json()["reference"]

    assert told == "shop:1"
    assert Transfer.objects.filter(reference="api:shop:1").exists()


def test_a_program_undoes_a_movement_once_and_signs_it():
    wrong = wallets.add(user_id=1, amount=5, reason=Reason.GIFT, reference="gift:1")
    address, headers = f"{WALLET}transfers/{wrong.pk}/undo/", bearer()

    first, again = (ask(address, headers, "post", {"note": "dos veces"}).json() for _ in range(2))

    assert (first["id"], first["note"]) == (again["id"], "a program: dos veces")
    assert wallets.balance_of(1) == 0


def test_a_movement_of_another_reader_is_not_undone():
    wrong = wallets.add(user_id=2, amount=5, reason=Reason.GIFT, reference="gift:2")

    answer = ask(f"{WALLET}transfers/{wrong.pk}/undo/", bearer(), "post", {"note": "x"})

    assert (answer.status_code, wallets.balance_of(2)) == (404, 5)


def test_a_program_reads_what_reactions_are_worth():
    rule = ReactionRewardFactory(emoji="🔥", amount=3)

    (told,) = ask("/api/v1/gamification/rewards/", bearer("gamification:read")).json()["results"]

    assert (told["id"], told["emoji"], told["amount"], told["chat_id"]) == (str(rule.pk), "🔥", 3, None)
