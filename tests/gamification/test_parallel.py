"""Many at once, each with a connection of its own."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import IntegrityError, connection

from gamification.apps import open_the_books
from gamification.errors import HoldEnded, NotEnoughBesitos
from gamification.models import Account, Reason, Transfer
from gamification.services import ledger, proof, wallets
from gamification.services.snapshot import in_one_snapshot
from tests.engine import keeps_snapshots
from tests.factories.gamification import WalletFactory
from yabot.core.transactions import RACES, atomic

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Start all calls together; what each returned, or the type of what it raised."""
    ready = threading.Barrier(len(calls))

    def run(call):
        ready.wait(10)
        try:
            return call()
        except (NotEnoughBesitos, HoldEnded) as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def spend(reference):
    return wallets.spend(user_id=1, amount=10, reason=Reason.FRAGMENT, reference=reference).pk


def test_a_hundred_besitos_pay_ten_fragments_at_ten_however_many_press():
    WalletFactory(user_id=1, balance=100)
    results = []

    for turn in range(3):
        results += at_once(*(partial(spend, f"fragment:{turn}:{number}") for number in range(8)))

    assert Counter(results)[NotEnoughBesitos] == 14
    assert wallets.balance_of(1) == 0
    assert Transfer.objects.filter(reason=Reason.FRAGMENT).count() == 10
    assert proof.prove().ok


def test_one_reference_from_four_threads_is_one_transfer():
    WalletFactory(user_id=1, balance=100)

    assert len(set(at_once(*[lambda: spend("fragment:1")] * 4))) == 1

    assert wallets.balance_of(1) == 90


def test_paying_the_last_besitos_four_times_at_once_refuses_nobody():
    for turn in range(5):
        WalletFactory(user_id=1, balance=10)

        assert len(set(at_once(*[partial(spend, f"fragment:{turn}")] * 4))) == 1

    assert wallets.balance_of(1) == 0
    assert proof.prove().ok


def test_one_gift_from_four_threads_is_given_once_also_to_a_new_reader():
    def give():
        return wallets.add(user_id=5, amount=3, reason=Reason.GIFT, reference="gift:5:2030-01-01").pk

    assert len(set(at_once(*[give] * 4))) == 1

    assert wallets.balance_of(5) == 3
    assert proof.prove().ok


def test_a_hold_that_two_end_differently_ends_once():
    WalletFactory(user_id=1, balance=10)
    held = wallets.hold(user_id=1, amount=10, reason=Reason.AUCTION, reference="bid:1")

    results = at_once(*[lambda: wallets.capture(held.pk), lambda: wallets.release(held.pk)] * 2)

    assert results.count(HoldEnded) == 2
    assert wallets.balance_of(1) in (0, 10)
    assert proof.prove().ok


@pytest.mark.parametrize("loss", [IntegrityError("UNIQUE constraint failed"), NotEnoughBesitos(missing=1)])
def test_whoever_loses_the_race_for_a_reference_finds_the_winners_transfer(loss):
    tries = []

    @ledger.settled
    @atomic
    def late():
        tries.append(1)
        if len(tries) == 1:
            raise loss
        return "the winner's"

    assert late() == "the winner's"
    assert len(tries) == 2


def test_inside_a_larger_transaction_the_race_is_its_callers():
    tries = []

    @ledger.settled
    @atomic
    def late():
        tries.append(1)
        raise IntegrityError("UNIQUE constraint failed")

    with pytest.raises(IntegrityError):
        atomic(late)()
    assert len(tries) == (1 if connection.vendor == "sqlite" else 1 + RACES), "only the larger one runs again"


@keeps_snapshots
def test_a_snapshot_reads_one_moment_and_lets_others_write():
    WalletFactory(user_id=1, balance=10)

    @in_one_snapshot
    def read_twice():
        before = wallets.balance_of(1)
        at_once(lambda: spend("fragment:1"))
        return before, wallets.balance_of(1)

    assert read_twice() == (10, 10)
    assert wallets.balance_of(1) == 0


def test_a_snapshot_ends_when_its_reader_fails():
    with pytest.raises(ZeroDivisionError):
        in_one_snapshot(lambda: 1 / 0)()

    WalletFactory(user_id=1, balance=10)
    assert wallets.balance_of(1) == 10


def test_the_books_are_opened_once_and_only_where_there_are_tables():
    class Nothing:
        def get_model(self, *names):
            raise LookupError

    from django.apps import apps

    open_the_books(using="default", apps=Nothing())
    open_the_books(using="default", apps=apps)

    assert sorted(Account.objects.values_list("kind", flat=True)) == ["mint", "sink"]
