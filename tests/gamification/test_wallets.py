from dataclasses import replace

import pytest
from django.utils import translation

from gamification.errors import InvalidAmount, NotCorrectable, NotEnoughBesitos, ReferenceReused, UnknownTransfer
from gamification.events import BesitosAdded, BesitosSpent
from gamification.models import MINT_ID, SINK_ID, Account, AccountKind, Entry, Reason, Transfer
from gamification.services import proof, wallets
from tests.factories.gamification import WalletFactory
from tests.gamification.hearing import announced
from yabot.core import correlation
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.ports import wallets as port
from yabot.core.ports.wallets import Balances, BalancesAsked

pytestmark = pytest.mark.django_db


def add(user_id=1, amount=5, reference="reaction:1", **more):
    return wallets.add(user_id=user_id, amount=amount, reason=Reason.REACTION, reference=reference, **more)


def spend(user_id=1, amount=3, reference="fragment:1", **more):
    return wallets.spend(user_id=user_id, amount=amount, reason=Reason.FRAGMENT, reference=reference, **more)


def test_besitos_come_from_the_mint():
    transfer = add(amount=5)

    entries = Entry.objects.filter(transfer=transfer).order_by("amount")
    assert [(entry.account_id, entry.amount, entry.balance_after) for entry in entries] == [
        (MINT_ID, -5, None),
        (Account.objects.get(user_id=1).pk, 5, 5),
    ]
    assert (transfer.user_id, transfer.amount, transfer.reason) == (1, 5, "reaction")


def test_spent_besitos_go_to_the_sink():
    add(amount=5)
    transfer = spend(amount=3, note="capítulo 2")

    assert transfer.target_id == SINK_ID
    assert wallets.balance_of(1) == 2
    assert (transfer.reason, transfer.note) == ("fragment", "capítulo 2")


def test_adding_is_announced_with_the_balance_and_its_cause():
    cause = Trace(uuid7(), uuid7())
    add(amount=2)
    transfer = add(amount=5, reference="reaction:2", trace=cause)

    event = announced(BesitosAdded)[-1]
    assert event == BesitosAdded(
        user_id=1, amount=5, balance=7, reason="reaction", reference="reaction:2", transfer_id=transfer.pk
    )
    assert (event.trace.correlation_id, event.trace.event_id) == (cause.correlation_id, cause.event_id)
    assert (transfer.correlation_id, transfer.causation_id) == (cause.correlation_id, cause.event_id)


def test_spending_is_announced_with_the_balance_and_its_cause():
    cause = Trace(uuid7(), uuid7())
    add(amount=5)
    transfer = spend(amount=3, trace=cause)

    (event,) = announced(BesitosSpent)
    assert event == BesitosSpent(
        user_id=1, amount=3, balance=2, reason="fragment", reference="fragment:1", transfer_id=transfer.pk
    )
    assert (event.trace.correlation_id, event.trace.event_id) == (cause.correlation_id, cause.event_id)
    assert (transfer.correlation_id, transfer.causation_id) == (cause.correlation_id, cause.event_id)


def test_without_a_cause_a_movement_belongs_to_the_current_chain():
    with correlation.following(Trace(uuid7(), uuid7())) as chain:
        added, spent = add(), spend()

    assert {added.correlation_id, spent.correlation_id} == {chain.correlation_id}
    assert {event.trace.correlation_id for event in announced(BesitosAdded)} == {chain.correlation_id}


def test_spending_more_than_the_balance_is_refused():
    WalletFactory(user_id=1, balance=3)

    with pytest.raises(NotEnoughBesitos) as refusal:
        spend(amount=8)

    assert refusal.value.missing == 5
    assert wallets.balance_of(1) == 3
    assert not Transfer.objects.filter(reference="fragment:1").exists()
    assert announced(BesitosSpent) == []


def test_whoever_never_earned_anything_cannot_spend():
    with pytest.raises(NotEnoughBesitos) as refusal:
        spend(user_id=404, amount=1)

    assert refusal.value.missing == 1


def test_everything_in_the_wallet_can_be_spent():
    WalletFactory(user_id=1, balance=3)

    spend(amount=3)

    assert wallets.balance_of(1) == 0


def test_a_repeated_call_returns_the_first_transfer_and_announces_nothing():
    added, spent = add(), spend()

    assert (add().pk, spend().pk) == (added.pk, spent.pk)
    assert wallets.balance_of(1) == 2
    assert len(announced(BesitosAdded)) == len(announced(BesitosSpent)) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: add(amount=6),
        lambda: add(user_id=2),
        lambda: spend(amount=5, reference="reaction:1"),
        lambda: wallets.hold(user_id=1, amount=5, reason=Reason.AUCTION, reference="reaction:1"),
        lambda: add(amount=3, reference="fragment:1"),
        lambda: spend(amount=2),
    ],
)
def test_a_reference_stands_for_one_movement_only(call):
    add(amount=5)
    spend(amount=3)

    with pytest.raises(ReferenceReused):
        call()

    assert wallets.balances([1, 2]) == {1: 2}


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "5", None, 10**12 + 1])
@pytest.mark.parametrize("verb", [add, spend])
def test_only_whole_positive_amounts_move(verb, amount):
    WalletFactory(user_id=1)

    with pytest.raises(InvalidAmount):
        verb(amount=amount)

    assert wallets.balance_of(1) == 10


def test_balances_are_told_for_many_and_unknown_readers_are_absent():
    WalletFactory(user_id=1, balance=3)
    WalletFactory(user_id=2, balance=4)

    assert wallets.balances([1, 2, 3]) == {1: 3, 2: 4}
    assert wallets.balance_of(3) == 0
    assert port.balances.ask(BalancesAsked((2, 3))).value == Balances({2: 4})


def test_the_history_tells_each_movement_newest_first():
    add(amount=5, note="gracias")
    spend(amount=3)
    add(user_id=2, reference="reaction:2")

    lines = wallets.history(1, limit=10)

    assert [(line.amount, line.reason, line.label, line.balance_after, line.note) for line in lines] == [
        (-3, "fragment", "Fragmento de la historia", 2, ""),
        (5, "reaction", "Reacción", 5, "gracias"),
    ]
    assert lines[0].when >= lines[1].when


def test_the_history_is_read_page_by_page():
    for number in range(5):
        add(amount=number + 1, reference=f"reaction:{number}")

    first = wallets.history(1, limit=2)
    second = wallets.history(1, limit=2, before=first[-1].id)

    assert [line.amount for line in first + second] == [5, 4, 3, 2]


def test_the_history_is_two_statements_however_long_it_is(django_assert_num_queries):
    for number in range(5):
        add(reference=f"reaction:{number}")

    with django_assert_num_queries(2):
        wallets.history(1, limit=10)


def test_labels_speak_the_active_language():
    with translation.override("es"):
        assert wallets.label_of("correction") == "Corrección"

    assert wallets.label_of("a reason of the future") == "a reason of the future"


def test_an_award_is_corrected_by_its_opposite_once():
    wrong = add(amount=5)

    undone = wallets.correct(wrong.pk, "ana", "pagada de más")

    assert wallets.correct(wrong.pk, "eva", "otra vez").pk == undone.pk
    assert (undone.reference, undone.reason, undone.note) == (f"undo:{wrong.pk}", "correction", "ana: pagada de más")
    assert (undone.target_id, wallets.balance_of(1)) == (MINT_ID, 0)
    assert proof.prove().ok


def test_a_payment_is_corrected_by_its_opposite():
    add(amount=5)
    undone = wallets.correct(spend(amount=3).pk, "ana", "cobrado dos veces")

    assert (undone.source_id, wallets.balance_of(1)) == (SINK_ID, 5)
    assert proof.prove().ok


def test_a_captured_hold_is_paid_back_to_the_wallet():
    WalletFactory(user_id=1, balance=10)
    held = wallets.hold(user_id=1, amount=4, reason=Reason.AUCTION, reference="bid:1")
    wallets.correct(wallets.capture(held.pk).pk, "ana", "subasta anulada")

    assert wallets.balance_of(1) == 10
    assert proof.prove().ok


def test_what_only_has_the_reference_of_a_correction_is_none():
    wrong = add(amount=5)
    wallets.spend(user_id=1, amount=5, reason=Reason.CORRECTION, reference=f"undo:{wrong.pk}")

    with pytest.raises(ReferenceReused):
        wallets.correct(wrong.pk, "ana", "")


def test_a_correction_announces_nothing():
    wallets.correct(add().pk, "ana", "")

    assert len(announced(BesitosAdded)) == 1
    assert announced(BesitosSpent) == []


def test_what_was_spent_already_cannot_be_taken_back():
    wrong = add(amount=5)
    spend(amount=3)

    with pytest.raises(NotEnoughBesitos):
        wallets.correct(wrong.pk, "ana", "")

    assert wallets.balance_of(1) == 2


def test_a_hold_and_its_release_are_not_corrected():
    WalletFactory(user_id=1, balance=10)
    held = wallets.hold(user_id=1, amount=4, reason=Reason.AUCTION, reference="bid:1")
    wallets.release(held.pk)

    for reference in ("bid:1", f"release:{held.pk}"):
        with pytest.raises(NotCorrectable):
            wallets.correct(Transfer.objects.get(reference=reference).pk, "ana", "")


def test_only_what_happened_is_corrected():
    with pytest.raises(UnknownTransfer):
        wallets.correct(uuid7(), "ana", "")


def test_mint_and_sink_keep_no_balance():
    add()
    spend()

    kinds = [AccountKind.MINT, AccountKind.SINK]
    assert set(Account.objects.filter(kind__in=kinds).values_list("pk", "balance")) == {(MINT_ID, 0), (SINK_ID, 0)}


def test_events_are_values():
    event = BesitosAdded(user_id=1, amount=1, balance=1, reason="gift", reference="gift:1", transfer_id=uuid7())

    assert replace(event, amount=2) != event
