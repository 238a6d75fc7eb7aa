from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from gamification.errors import HoldEnded, NotEnoughBesitos, ReferenceReused, UnknownHold
from gamification.events import BesitosSpent
from gamification.models import SINK_ID, Account, AccountKind, Hold, HoldState, Reason
from gamification.services import proof, wallets
from tests import engine
from tests.factories.gamification import WalletFactory
from tests.gamification.hearing import announced
from yabot.core import clock
from yabot.core.ids import uuid7
from yabot.core.models import EventRecord

pytestmark = pytest.mark.django_db


def hold(amount=4, reference="bid:1", user_id=1, **more):
    return wallets.hold(user_id=user_id, amount=amount, reason=Reason.AUCTION, reference=reference, **more)


def put_aside():
    return sum(Account.objects.filter(kind=AccountKind.HOLD, user_id=1).values_list("balance", flat=True))


@pytest.fixture(autouse=True)
def wallet():
    return WalletFactory(user_id=1, balance=10)


def test_held_besitos_cannot_be_spent():
    hold(amount=4)

    with pytest.raises(NotEnoughBesitos):
        wallets.spend(user_id=1, amount=7, reason=Reason.FRAGMENT, reference="fragment:1")

    assert (wallets.balance_of(1), put_aside()) == (6, 4)


def test_a_hold_knows_what_it_is_for_and_until_when():
    until = clock.now() + timedelta(hours=1)

    held = hold(expires_at=until)

    held = Hold.objects.get(pk=held.pk)
    assert (held.state, held.reason, held.amount, held.expires_at) == (HoldState.HELD, "auction", 4, until)
    assert held.ended_at is None


def test_released_besitos_come_back():
    released = wallets.release(hold().pk)

    assert (wallets.balance_of(1), put_aside()) == (10, 0)
    assert released.state == HoldState.RELEASED
    assert released.ended_at is not None


def test_captured_besitos_are_spent():
    held = hold()
    transfer = wallets.capture(held.pk)

    assert (wallets.balance_of(1), put_aside()) == (6, 0)
    assert (transfer.target_id, transfer.reason) == (SINK_ID, "auction")
    (event,) = announced(BesitosSpent)
    assert event == BesitosSpent(
        user_id=1, amount=4, balance=6, reason="auction", reference="bid:1", transfer_id=transfer.pk
    )


def test_holding_and_releasing_announce_nothing():
    before = EventRecord.objects.count()

    wallets.release(hold().pk)

    assert EventRecord.objects.count() == before


def test_a_repeated_hold_is_the_first_one_even_when_it_has_ended():
    held = hold()
    assert hold().pk == held.pk
    wallets.release(held.pk)

    assert hold().state == HoldState.RELEASED
    assert wallets.balance_of(1) == 10


def test_a_hold_ends_once():
    held = hold()

    assert wallets.capture(held.pk).pk == wallets.capture(held.pk).pk
    with pytest.raises(HoldEnded):
        wallets.release(held.pk)
    assert (wallets.balance_of(1), put_aside()) == (6, 0)


def test_a_released_hold_cannot_be_captured():
    held = hold()
    wallets.release(held.pk)
    wallets.release(held.pk)

    with pytest.raises(HoldEnded):
        wallets.capture(held.pk)

    assert wallets.balance_of(1) == 10
    assert proof.prove().ok


def test_more_than_the_wallet_cannot_be_held():
    with pytest.raises(NotEnoughBesitos):
        hold(amount=11)

    assert not Hold.objects.exists()
    assert wallets.balance_of(1) == 10


@pytest.mark.parametrize("facts", [{"amount": 5}, {"user_id": 2}])
def test_a_holds_reference_stands_for_one_hold(facts):
    hold()

    with pytest.raises(ReferenceReused):
        hold(**facts)


def test_a_holds_reference_stands_for_no_other_movement():
    hold(amount=4)

    with pytest.raises(ReferenceReused):
        wallets.add(user_id=1, amount=4, reason=Reason.GIFT, reference="bid:1")


@pytest.mark.parametrize("verb", [wallets.release, wallets.capture])
def test_only_holds_that_exist_end(verb):
    with pytest.raises(UnknownHold):
        verb(uuid7())


def test_holds_of_one_reader_are_put_aside_together():
    first, second = hold(amount=4), hold(amount=3, reference="bid:2")
    assert put_aside() == 7

    wallets.release(first.pk)

    assert put_aside() == 3
    assert Hold.objects.get(pk=second.pk).state == HoldState.HELD
    assert proof.prove().ok


def test_only_holds_whose_time_is_over_come_back():
    until = clock.now() + timedelta(hours=1)
    first = hold(amount=4, expires_at=until)
    second = hold(amount=3, reference="bid:2", expires_at=until + timedelta(seconds=1))
    hold(amount=1, reference="bid:3")
    assert wallets.release_due() == 0

    with time_machine.travel(until, tick=False):
        assert (wallets.release_due(), wallets.release_due()) == (1, 0)

    assert (wallets.balance_of(1), put_aside()) == (10 - 3 - 1, 4)
    states = Hold.objects.in_bulk([first.pk, second.pk])
    assert (states[first.pk].state, states[second.pk].state) == (HoldState.RELEASED, HoldState.HELD)
    assert proof.prove().ok


def test_a_hold_that_was_taken_does_not_come_back_when_its_time_is_over():
    held = hold(expires_at=clock.now())

    wallets.capture(held.pk)

    assert wallets.release_due() == 0
    assert (wallets.balance_of(1), put_aside()) == (6, 0)


@engine.sql_only
def test_a_hold_that_is_taken_while_the_due_ones_come_back_stays_taken():
    held = hold(expires_at=clock.now())
    hold(amount=1, reference="bid:2", expires_at=clock.now())

    def take_it_once_the_list_is_read(execute, sql, *rest):
        found = execute(sql, *rest)
        if sql.startswith("SELECT") and 'expires_at" <=' in sql:
            wallets.capture(held.pk)
        return found

    with connection.execute_wrapper(take_it_once_the_list_is_read):
        assert wallets.release_due() == 1

    assert Hold.objects.get(pk=held.pk).state == HoldState.CAPTURED
    assert (wallets.balance_of(1), put_aside()) == (6, 0)
