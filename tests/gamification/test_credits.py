import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gamification.errors import InvalidAmount, ReferenceReused
from gamification.events import besitos_added
from gamification.models import Account, Entry, Transfer
from gamification.services import wallets
from gamification.services.wallets import Credit
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import EventRecord
from yabot.core.webhooks import subscriptions

pytestmark = pytest.mark.django_db


def credit(user_id, number=1, amount=1, **more):
    return Credit(user_id, amount, "reaction", f"reaction:{number}:{user_id}", **more)


def test_many_readers_are_paid_at_once():
    assert wallets.add_many([credit(1), credit(2, amount=4)]) == 2

    assert wallets.balances([1, 2]) == {1: 1, 2: 4}


def test_several_credits_of_one_reader_leave_their_balances_in_order():
    wallets.add_many([credit(1, 0, amount=10)])

    wallets.add_many([credit(1, 1, amount=1), credit(2, 1, amount=7), credit(1, 2, amount=2), credit(1, 3, amount=3)])

    mine = Entry.objects.filter(account__user_id=1).order_by("id")
    assert list(mine.values_list("amount", "balance_after")) == [(10, 10), (1, 11), (2, 13), (3, 16)]
    payloads = EventRecord.objects.filter(user_id=1).order_by("sequence").values_list("payload", flat=True)
    assert [besitos_added.decode(text, user_id=1, trace=Trace(uuid7())).balance for text in payloads] == [
        10,
        11,
        13,
        16,
    ]
    assert Account.objects.get(user_id=1).balance == 16


def test_each_credit_keeps_its_own_cause():
    causes = [Trace(uuid7(), uuid7()) for _ in range(2)]

    wallets.add_many([credit(1, trace=causes[0]), credit(2, trace=causes[1])])

    found = list(Transfer.objects.order_by("user_id").values_list("correlation_id", "causation_id"))
    assert found == [(cause.correlation_id, cause.event_id) for cause in causes]
    records = EventRecord.objects.order_by("user_id").values_list("correlation_id", "causation_id")
    assert list(records) == found


def test_known_and_repeated_references_are_left_out_whatever_their_amount():
    wallets.add_many([credit(1)])

    assert wallets.add_many([credit(1, amount=9), credit(2), credit(2)]) == 1

    assert wallets.balances([1, 2]) == {1: 1, 2: 1}
    assert EventRecord.objects.count() == 2


def test_a_reference_of_another_reader_is_refused():
    wallets.add_many([credit(1)])

    with pytest.raises(ReferenceReused):
        wallets.add_many([credit(3), Credit(2, 1, "reaction", "reaction:1:1")])

    assert wallets.balances([1, 2, 3]) == {1: 1}


def test_a_reference_of_a_payment_is_refused():
    wallets.add_many([credit(1, amount=5)])
    wallets.spend(user_id=1, amount=1, reason="fragment", reference="reaction:2:1")

    with pytest.raises(ReferenceReused):
        wallets.add_many([credit(1, 2)])


def test_one_bad_amount_stops_the_whole_list():
    with pytest.raises(InvalidAmount):
        wallets.add_many([credit(1), credit(2, amount=0)])

    assert wallets.balances([1, 2]) == {}


def test_nothing_to_add_asks_nothing():
    with CaptureQueriesContext(connection) as queries:
        assert wallets.add_many([]) == 0

    frame = {"SAVEPOINT", "RELEASE", "session.start_transaction()", "session.commit_transaction()"}
    assert {query["sql"].split()[0] for query in queries} <= frame


@pytest.mark.parametrize("size", [1, 100, 400])
def test_any_list_takes_the_same_statements(size, nothing_grows_old, django_assert_num_queries):
    wallets.add_many([credit(user_id, 0) for user_id in range(1, size + 1)])
    heard = bool(besitos_added.modules)

    # savepoint; known references; balances; transfers; entries; counters, events (and deliveries); release
    with django_assert_num_queries(8 + heard):
        wallets.add_many([credit(user_id, 1) for user_id in range(1, size + 1)])


@pytest.mark.parametrize("size", [1, 100, 400])
def test_new_readers_cost_no_statement_more_for_their_wallets(size, nothing_grows_old, django_assert_num_queries):
    heard = bool(besitos_added.modules)
    subscriptions.current()  # read now and then, not for every list

    with django_assert_num_queries(8 + heard):
        wallets.add_many([credit(user_id) for user_id in range(1, size + 1)])
