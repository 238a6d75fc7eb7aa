"""The bus's rows against each other: each damage is made by hand, seen, and mended where that is safe."""

from datetime import timedelta

import pytest
from django.db.models import F

from tests.core.hearing import MODULE, IdleHappened, Journal, ThingHappened, listening
from tests.core.reconciling import audit, found, reconcile
from tests.factories.core import DeliveryFactory, InboundUpdateFactory
from yabot.core import clock, delivery, rows
from yabot.core.events import publish
from yabot.core.models import Delivery, EventRecord, EventStream, FindingState, UpdateState

pytestmark = pytest.mark.django_db
STREAMS, EVENTS, DELIVERIES, QUEUES = "core.streams", "core.events", "core.deliveries", "core.queues"


def publish_things(user_id: int, count: int) -> None:
    publish([ThingHappened(user_id=user_id, number=number) for number in range(count)])


def test_a_complete_log_has_nothing_to_find():
    publish_things(7, 3)
    publish([ThingHappened(number=1)])

    assert found(reconcile(STREAMS, EVENTS)) == []


def test_events_that_are_missing_from_the_log_are_listed():
    publish_things(7, 3)
    publish_things(8, 3)
    rows.delete(EventRecord, {"user_id": 7, "sequence": 2})

    report = reconcile(STREAMS)

    assert found(report) == [("events_missing", "7")]
    assert report.found[0].one.facts == {"person": 7, "missing": 1, "last": 3}
    assert found(reconcile(STREAMS)) == [("events_missing", "7")]


def test_events_about_nobody_are_counted_too():
    publish([ThingHappened(number=1), ThingHappened(number=2)])
    rows.delete(EventRecord, {"sequence": 1})

    assert found(reconcile(STREAMS)) == [("events_missing", "0")]


def test_a_counter_that_fell_behind_is_raised_before_a_number_is_given_twice():
    publish_things(7, 3)
    EventStream.objects.filter(pk=7).update(last_sequence=1)

    assert reconcile(EVENTS).repaired == 1
    assert audit(FindingState.REPAIRED) == [("counter_behind", "7")]
    assert publish([ThingHappened(user_id=7)])[0].sequence == 4
    assert found(reconcile(EVENTS)) == []


def test_a_counter_that_was_lost_is_made_again():
    publish_things(7, 3)
    EventStream.objects.all().delete()

    assert reconcile(EVENTS).repaired == 1
    assert EventStream.objects.get().last_sequence == 3


def test_what_is_young_is_not_looked_at():
    publish_things(7, 3)
    EventStream.objects.all().delete()

    assert found(reconcile(EVENTS, after=timedelta(minutes=9))) == []
    assert found(reconcile(EVENTS, after=timedelta(minutes=11))) != []


def test_a_delivery_whose_event_is_gone_is_listed():
    with listening(Journal()):
        publish_things(7, 1)
        key = Delivery.objects.get().pk
        rows.delete(EventRecord, {"user_id": 7})

        assert found(reconcile(DELIVERIES)) == [("delivery_without_event", str(key))]
    rows.delete(Delivery, {"id": [key]})


def test_a_delivery_to_a_module_without_listeners_is_listed_until_it_listens_again():
    with listening(Journal()):
        publish_things(7, 1)
    key = str(Delivery.objects.get().pk)

    assert found(reconcile(DELIVERIES)) == [("delivery_to_nobody", key)]

    with listening(Journal()):
        assert found(reconcile(DELIVERIES)) == []
    assert audit(FindingState.GONE) == [("delivery_to_nobody", key)]


def test_a_delivery_put_off_by_a_wrong_clock_is_brought_forward():
    with listening(heard := Journal()):
        publish_things(7, 1)
        Delivery.objects.update(due_at=clock.now() + timedelta(days=400))

        assert reconcile(DELIVERIES).repaired == 1
        assert found(reconcile(DELIVERIES)) == []
        Delivery.objects.update(due_at=F("due_at") - timedelta(hours=1))
        assert delivery.deliver(MODULE) == 1
    assert heard.numbers() == [0]


def test_a_delivery_that_waits_for_its_next_try_is_left_alone():
    with listening(Journal()):
        publish_things(7, 1)
        Delivery.objects.update(due_at=clock.now() + delivery.LONGEST_RETRY, attempts=20)

        assert found(reconcile(DELIVERIES, QUEUES)) == []


def test_a_delivery_in_a_shard_nobody_works_is_put_in_its_place():
    with listening(Journal()):
        publish_things(7, 1)
        Delivery.objects.update(shard=99)

        assert reconcile(DELIVERIES).repaired == 1
        assert Delivery.objects.get().shard == 7
        assert found(reconcile(DELIVERIES)) == []


def test_a_queue_that_does_not_move_is_listed_with_its_age():
    with listening(Journal()):
        publish_things(7, 3)

        report = reconcile(QUEUES, after=timedelta(minutes=45))

    assert found(report) == [("deliveries_late", MODULE)]
    assert report.found[0].one.facts == {"module": MODULE, "count": 3, "minutes": 45}


def test_low_priorities_and_what_an_earlier_failure_holds_back_may_wait():
    with listening(Journal()):
        publish([IdleHappened(user_id=1)])
        publish_things(7, 2)
        Delivery.objects.filter(user_id=7, sequence=1).update(due_at=clock.now() + timedelta(hours=1))

        assert found(reconcile(QUEUES, after=timedelta(minutes=45))) == []


def test_dead_letters_nobody_looks_at_are_listed_by_module():
    DeliveryFactory.create_batch(2, dead=True)

    assert found(reconcile(QUEUES, after=timedelta(days=6))) == []
    report = reconcile(QUEUES, after=timedelta(days=9))

    assert report.found[0].one.facts == {"module": "gamification", "count": 2, "days": 9}


def test_updates_nobody_handles_are_listed():
    InboundUpdateFactory(state=UpdateState.WAITING)
    InboundUpdateFactory(state=UpdateState.DONE)

    assert found(reconcile(QUEUES, after=timedelta(hours=1))) == [("updates_late", "inbox")]
