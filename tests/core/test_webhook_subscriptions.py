"""Which event becomes a call to whom."""

from dataclasses import dataclass
from datetime import timedelta

import orjson
import pytest
import time_machine

from gamification.events import BesitosAdded
from narrative.events import HintOpened
from tests.core.hearing import OtherHappened, ThingHappened
from tests.factories.core import WebhookEndpointFactory
from yabot.core import clock, delivery
from yabot.core.events import Event, EventSignal, publish
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, EventRecord, WebhookDelivery, WebhookEndpoint
from yabot.core.reader_events import ReaderStarted
from yabot.core.transactions import atomic
from yabot.core.webhooks import endpoints, payloads, rules, subscriptions

pytestmark = pytest.mark.django_db


def calls(endpoint) -> list[tuple[str, int, int]]:
    found = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("id")
    return list(found.values_list("type", "user_id", "sequence"))


def test_each_event_becomes_one_call_for_each_endpoint_that_wants_it():
    things, all_of_it = WebhookEndpointFactory(event_types=["thing_happened"]), WebhookEndpointFactory()
    other = WebhookEndpointFactory(event_types=["besitos_added"])

    publish([ThingHappened(user_id=7), OtherHappened(user_id=7), ThingHappened(user_id=8)])
    delivery.deliver(subscriptions.MODULE)

    assert sorted(calls(things)) == [("thing_happened", 7, 1), ("thing_happened", 8, 1)]
    assert len(calls(all_of_it)) == 3
    assert calls(other) == []


def test_delivering_twice_owes_no_second_call():
    endpoint = WebhookEndpointFactory()
    publish([ThingHappened(user_id=7)])
    delivery.deliver(subscriptions.MODULE)
    record = EventRecord.objects.get()

    again = subscriptions.owe(endpoint.pk, [(record.pk, record.type, 7, 1, record.correlation_id)])

    assert again == 0
    assert len(calls(endpoint)) == 1


def test_what_concerns_nobody_is_told_as_well():
    endpoint = WebhookEndpointFactory()

    publish([ThingHappened()])
    delivery.deliver(subscriptions.MODULE)

    assert calls(endpoint) == [("thing_happened", 0, 1)]


def test_publishing_costs_nothing_more_while_nobody_listens(nothing_grows_old, django_assert_num_queries):
    publish([ThingHappened(user_id=7)])

    with django_assert_num_queries(4):  # savepoint, counter, event, release
        publish([ThingHappened(user_id=7)])

    assert not Delivery.objects.exists()


def test_endpoints_that_are_off_hear_nothing():
    WebhookEndpointFactory(is_active=False)

    publish([ThingHappened(user_id=7)])

    assert not Delivery.objects.exists()


def test_a_change_in_this_process_counts_at_once():
    publish([ThingHappened(user_id=7)])
    endpoint, _secret = endpoints.create(name="a", url="https://cuentas.example/")

    publish([ThingHappened(user_id=7)])
    endpoints.delete(endpoint.pk)
    publish([ThingHappened(user_id=7)])

    assert Delivery.objects.count() == 1


def test_an_endpoint_made_elsewhere_is_known_after_two_seconds(at_one_moment):
    publish([ThingHappened(user_id=7)])
    WebhookEndpoint.objects.bulk_create([WebhookEndpointFactory.build()])  # no signal reaches this process

    publish([ThingHappened(user_id=7)])
    with time_machine.travel(clock.now() + timedelta(seconds=2.1), tick=False):
        publish([ThingHappened(user_id=7)])

    assert [row.sequence for row in Delivery.objects.all()] == [3]


def test_what_another_process_published_meanwhile_is_caught_up_once():
    endpoint = WebhookEndpointFactory(event_types=["thing_happened"])
    subscriptions.current.pretend(subscriptions.Subscriptions({}, ()))
    publish([ThingHappened(user_id=7), OtherHappened(user_id=7)])
    assert not Delivery.objects.exists()

    owed = [subscriptions.catch_up(), subscriptions.catch_up()]

    assert owed == [1, 0]
    assert calls(endpoint) == [("thing_happened", 7, 1)]


def test_what_is_caught_up_is_owed_in_each_readers_order_whatever_its_type():
    WebhookEndpointFactory(event_types=["thing_happened", "other_happened"])
    subscriptions.current.pretend(subscriptions.Subscriptions({}, ()))
    publish([OtherHappened(user_id=7), ThingHappened(user_id=7), OtherHappened(user_id=7), ThingHappened(user_id=7)])

    assert subscriptions.catch_up() == 4

    assert list(WebhookDelivery.objects.order_by("id").values_list("sequence", flat=True)) == [1, 2, 3, 4]


def test_what_happened_before_it_listened_is_not_told():
    publish([ThingHappened(user_id=7)])
    with time_machine.travel(clock.now() + timedelta(seconds=1), tick=False):
        WebhookEndpointFactory()

        assert subscriptions.catch_up() == 0


def test_an_old_endpoint_is_not_caught_up_any_more(django_assert_num_queries):
    WebhookEndpointFactory()
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False), django_assert_num_queries(1):
        assert subscriptions.catch_up() == 0


def test_a_transaction_that_fails_owes_nothing():
    WebhookEndpointFactory()

    @atomic
    def announce_and_fail() -> None:
        publish([ThingHappened(user_id=7)])
        raise LookupError

    with pytest.raises(LookupError):
        announce_and_fail()
    delivery.deliver(subscriptions.MODULE)

    assert not WebhookDelivery.objects.exists()


def body(event: Event) -> dict:
    """What a receiver is told of this event."""
    WebhookEndpointFactory()
    publish([event])
    delivery.deliver(subscriptions.MODULE)
    row, record = WebhookDelivery.objects.get(), EventRecord.objects.get()
    return orjson.loads(payloads.body_of(row, record))


def test_a_receiver_is_told_who_what_and_when_and_its_place_in_the_chain():
    transfer = uuid7()

    told = body(BesitosAdded(user_id=7, amount=5, balance=8, reason="x", reference="r", transfer_id=transfer))

    record = EventRecord.objects.get()
    assert told == {
        "id": str(record.pk),
        "type": "besitos_added",
        "occurred_at": record.occurred_at.isoformat(),
        "user_id": 7,
        "sequence": 1,
        "correlation_id": str(record.correlation_id),
        "causation_id": None,
        "data": {"amount": 5, "balance": 8, "reason": "x", "reference": "r", "transfer_id": str(transfer)},
    }


def test_what_a_reader_brought_along_is_nobody_elses_business():
    assert body(ReaderStarted(user_id=7, payload="a-secret"))["data"] == {}


def test_the_machinerys_own_events_stay_inside():
    WebhookEndpointFactory()

    publish([HintOpened(hint_id=uuid7(), after_user_id=0)])

    assert not Delivery.objects.filter(module=subscriptions.MODULE).exists()
    assert "hint_opened" not in rules.public_types()


@dataclass(frozen=True, kw_only=True, slots=True)
class LateHappened(Event):
    """An event of a module that is loaded after everybody began to listen."""


def test_events_of_modules_that_come_later_are_heard_too():
    signal = EventSignal(LateHappened)
    try:
        assert subscriptions.MODULE in signal.modules
    finally:
        del EventSignal.known["late_happened"]
