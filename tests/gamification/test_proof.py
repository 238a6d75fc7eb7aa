import json
from io import StringIO
from itertools import accumulate
from uuid import UUID

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from gamification.models import Account, Entry, Hold, Reason, Transfer
from gamification.services import proof, wallets
from tests.damage import change, empty, lose, renumber
from tests.factories.gamification import WalletFactory
from yabot.core import clock, health, rows
from yabot.core.models import Heartbeat

pytestmark = pytest.mark.django_db

BROKEN_CHAIN = "what its entries say was left does not follow from one another"


@pytest.fixture(autouse=True)
def books():
    """A little of everything."""
    WalletFactory(user_id=1, balance=20)
    WalletFactory(user_id=2, balance=5)
    wallets.spend(user_id=1, amount=3, reason=Reason.FRAGMENT, reference="fragment:1")
    for number in range(3):
        wallets.hold(user_id=1, amount=2, reason=Reason.AUCTION, reference=f"bid:{number}")
    first, second, _ = Hold.objects.order_by("id")
    wallets.release(first.pk)
    wallets.capture(second.pk)


def problems():
    return [fault["problem"] for fault in proof.prove().wrong]


def test_a_ledger_that_nobody_touched_is_right():
    found = proof.prove()

    assert (found.ok, found.accounts, found.entries, found.sum, found.wrong) == (True, 5, 16, 0, [])


def test_an_empty_ledger_is_right(django_db_blocker):
    empty(Entry, Transfer, Hold, Account)

    assert proof.prove() == proof.Proof(True, 0, 0, 0, [])


def test_an_entry_with_another_amount_is_found():
    change(Entry, {"amount": -2}, balance_after=17)

    found = proof.prove()

    assert (found.ok, found.sum) == (False, 1)
    assert [set(fault) - {"problem"} for fault in found.wrong] == [{"transfer"}, {"account"}, {"account"}, {"account"}]
    assert found.wrong[0]["problem"] == "3 besitos in 2 entries that sum to 1 or are in the wrong place"
    assert found.wrong[-1] == {"account": "*", "problem": "all entries sum to 1, not to 0"}


def test_a_lost_entry_is_found():
    lose(Entry, balance_after=17)

    assert problems()[0] == "3 besitos in 1 entries that sum to 3 or are in the wrong place"


def test_a_transfer_without_entries_is_found():
    lose(Entry, count=2, transfer=Transfer.objects.get(reference="fragment:1").pk)

    assert problems()[0] == "3 besitos in 0 entries that sum to 0 or are in the wrong place"


def test_a_transfer_with_another_amount_is_found():
    change(Transfer, {"amount": 4}, reference="fragment:1")

    assert problems() == ["4 besitos in 2 entries that sum to 0 or are in the wrong place"]


def test_an_entry_in_another_account_is_found():
    change(Entry, {"account": Account.objects.get(user_id=2).pk}, balance_after=17)

    assert sorted(problems()) == [
        "3 besitos in 2 entries that sum to 0 or are in the wrong place",
        "balance 13, its entries sum to 16",
        "balance 5, its entries sum to 2",
        BROKEN_CHAIN,
        BROKEN_CHAIN,
    ]


def test_a_transfer_that_was_turned_round_is_found():
    for model in (Transfer, Entry):
        for key, amount in rows.select(model, ("id", "amount"), {}):
            change(model, {"amount": -amount}, id=key)

    assert "-20 besitos in 2 entries that sum to 0 or are in the wrong place" in problems()


@pytest.mark.parametrize("told", [18, 0, -1, None])
def test_an_entry_that_tells_another_balance_is_found(told):
    change(Entry, {"balance_after": told}, balance_after=17)

    (fault,) = proof.prove().wrong
    assert fault == {"account": str(Account.objects.get(kind="user", user_id=1).pk), "problem": BROKEN_CHAIN}


@pytest.mark.parametrize("told", [14, None])
def test_a_last_entry_that_tells_another_balance_is_found(told):
    change(Entry, {"balance_after": told}, balance_after=5)

    assert problems() == [BROKEN_CHAIN]


def test_entries_numbered_by_clocks_that_differ_are_right():
    renumber(Entry, UUID(int=1), balance_after=17)

    assert Entry.objects.filter(account__user_id=1).order_by("id")[0].balance_after == 17
    assert proof.prove().ok


@given(st.lists(st.integers(-9, 9), min_size=1), st.randoms(use_true_random=False), st.integers(-3, 3))
def test_balances_follow_from_one_another_in_any_order_and_no_other_way(amounts, dice, slip):
    steps = [("it", amount, after) for amount, after in zip(amounts, accumulate(amounts), strict=True)]
    dice.shuffle(steps)
    place = dice.randrange(len(steps))
    account, amount, after = steps[place]
    steps[place] = (account, amount, after + slip)

    assert proof.is_chain(steps) == (slip == 0 or amount == 0)


def test_a_balance_that_was_raised_by_hand_is_found():
    change(Account, {"balance": 1000}, user_id=2)

    assert problems() == ["balance 1000, its entries sum to 5"]


def test_a_balance_below_zero_is_found():
    change(Account, {"balance": -1}, user_id=2)

    assert problems() == ["balance -1, its entries sum to 5", "balance -1 is below zero"]


def test_a_hold_that_was_ended_by_hand_is_found():
    change(Hold, {"state": "released"}, state="held")

    assert problems() == ["balance 2, its open holds are 0"]


def test_a_hold_without_anything_put_aside_is_found():
    Hold.objects.create(user_id=3, amount=4, reference="bid:9", reason=Reason.AUCTION)

    assert proof.prove().wrong == [
        {"hold": "bid:9", "problem": "a hold of 4 besitos, but reader 3 has nothing put aside"}
    ]


def test_the_proof_takes_the_same_statements_for_any_size(django_assert_num_queries):
    for number in range(10):
        WalletFactory(user_id=100 + number)

    with django_assert_num_queries(8):
        proof.prove()


def test_the_command_says_that_all_is_well():
    out = StringIO()

    call_command("prove_ledger", stdout=out)

    assert out.getvalue() == "The ledger is right: 5 accounts, 16 entries, sum 0.\n"


def test_the_command_answers_machines():
    out = StringIO()

    call_command("prove_ledger", "--json", stdout=out)

    assert json.loads(out.getvalue()) == {"ok": True, "accounts": 5, "entries": 16, "sum": 0, "wrong": []}


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_command_names_what_is_wrong_and_fails(options):
    change(Account, {"balance": 1000}, user_id=2)
    out = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("prove_ledger", *options, stdout=out)

    assert end.value.code == 1
    assert "balance 1000, its entries sum to 5" in out.getvalue()


def test_a_good_proof_is_a_good_sign_of_life():
    proof.prove_and_tell()

    beat = Heartbeat.objects.get(pk=health.LEDGER)
    assert beat.good_at == beat.beat_at
    assert "right" in beat.detail


def test_a_bad_proof_is_an_error_and_a_bad_sign(expected_errors):
    expected_errors.append("the ledger is wrong")
    change(Account, {"balance": 1000}, user_id=2)

    proof.prove_and_tell()

    beat = Heartbeat.objects.get(pk=health.LEDGER)
    assert beat.good_at is None
    assert beat.beat_at <= clock.now()
    assert {finding.name: finding.ok for finding in health.findings()}["ledger"] is False
