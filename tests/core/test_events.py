from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from django.db.models.signals import ModelSignal

from tests.core.hearing import MODULE, Journal, OtherHappened, ThingHappened, UrgentHappened, listening, thing_happened
from yabot.core import correlation
from yabot.core.correlation import Trace
from yabot.core.events import Event, EventSignal, publish, signal_of, together
from yabot.core.ids import uuid7
from yabot.core.models import Delivery, EventRecord, EventStream, Priority
from yabot.core.transactions import atomic

pytestmark = pytest.mark.django_db


def test_publishing_writes_an_audit_row_and_a_delivery_for_each_listening_module():
    with listening(Journal()), listening(Journal(), module="second"):
        publish([ThingHappened(user_id=7, number=3)])

    record = EventRecord.objects.get()
    assert (record.type, record.user_id, record.sequence) == ("thing_happened", 7, 1)
    assert orjson.loads(record.payload) == {"number": 3}
    assert sorted(Delivery.objects.values_list("module", "user_id", "sequence")) == [(MODULE, 7, 1), ("second", 7, 1)]


def test_an_event_nobody_listens_to_is_kept_in_the_audit_log_only():
    publish([ThingHappened(user_id=7)])

    assert EventRecord.objects.count() == 1
    assert not Delivery.objects.exists()


def test_each_persons_events_are_numbered_on_their_own():
    publish([ThingHappened(user_id=7), ThingHappened(user_id=8), ThingHappened(user_id=7)])
    publish([OtherHappened(user_id=7)])

    found = list(EventRecord.objects.order_by("id").values_list("user_id", "sequence"))
    assert found == [(7, 1), (8, 1), (7, 2), (7, 3)]
    assert EventStream.objects.get(pk=7).last_sequence == 3


def test_publishing_many_takes_as_many_statements_as_publishing_one(nothing_grows_old, django_assert_num_queries):
    publish([ThingHappened(user_id=user) for user in range(1, 401)])

    with listening(Journal()), django_assert_num_queries(5):  # savepoint, counter, events, deliveries, release
        publish([ThingHappened(user_id=user) for user in range(1, 401)])


def test_publishing_nothing_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(2):  # the savepoint of the test's own transaction
        assert publish([]) == []


def test_a_transaction_that_fails_has_announced_nothing():
    @atomic
    def announce_and_fail() -> None:
        publish([ThingHappened(user_id=7)])
        raise LookupError

    with pytest.raises(LookupError):
        announce_and_fail()

    assert not EventRecord.objects.exists()
    assert not EventStream.objects.exists()


def test_an_event_follows_its_cause():
    cause = publish([ThingHappened(user_id=7)])[0]

    effect = publish([OtherHappened(user_id=7, trace=cause)])[0]

    record = EventRecord.objects.get(pk=effect.event_id)
    assert record.causation_id == cause.event_id
    assert record.correlation_id == cause.correlation_id


def test_an_event_without_a_cause_belongs_to_the_current_chain():
    chain = Trace(uuid7())

    with correlation.following(chain):
        publish([ThingHappened(user_id=7)])

    assert EventRecord.objects.get().correlation_id == chain.correlation_id


def test_a_critical_event_pulls_the_earlier_ones_of_its_person_forward():
    with listening(Journal()):
        publish([ThingHappened(user_id=7), ThingHappened(user_id=8)])
        publish([UrgentHappened(user_id=7)])

    priorities = dict(Delivery.objects.filter(sequence=1).values_list("user_id", "priority"))
    assert priorities == {7: Priority.CRITICAL, 8: Priority.NORMAL}


@dataclass(frozen=True, kw_only=True, slots=True)
class RichHappened(Event):
    """An event with everything an event may carry."""

    thing: UUID
    other: UUID | None
    when: datetime
    name: str
    flag: bool


rich_happened = EventSignal(RichHappened)


def test_an_event_comes_back_with_the_types_it_had():
    event = RichHappened(
        user_id=7, thing=uuid7(), other=None, when=datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC), name="ñ❤", flag=True
    )
    signal = signal_of(event)

    again = signal.decode(signal.encode(event), user_id=7, trace=Trace(uuid7()))

    assert again == event


def test_the_bus_is_made_of_django_signals():
    assert isinstance(rich_happened, EventSignal.__mro__[1])
    assert not isinstance(rich_happened, ModelSignal)


def test_a_module_that_does_not_wish_an_event_gets_no_delivery():
    journal = Journal()
    thing_happened.connect(lambda events, **_: journal(events), sender="picky", wish=lambda event: event.number > 5)
    try:
        publish([ThingHappened(user_id=1, number=number) for number in (4, 6)])
    finally:
        thing_happened.forget("picky")

    assert [delivery.event.payload for delivery in Delivery.objects.select_related("event")] == ['{"number":6}']


def test_what_is_published_together_goes_out_in_one_go_and_in_order(django_assert_num_queries):
    @atomic
    def announce() -> list[Trace]:
        with together():
            (first,) = publish([ThingHappened(user_id=7, number=1)])
            with together():
                publish([OtherHappened(user_id=7)])
            return [first, *publish([ThingHappened(user_id=7, number=2, trace=first)])]

    with (
        listening(Journal()),
        django_assert_num_queries(6),
    ):  # savepoint, our look, counter, events, deliveries, release
        first, last = announce()

    found = list(EventRecord.objects.order_by("sequence").values_list("id", "type", "sequence", "causation_id"))
    assert [row[1:3] for row in found] == [("thing_happened", 1), ("other_happened", 2), ("thing_happened", 3)]
    assert (found[0][0], found[2][0], found[2][3]) == (first.event_id, last.event_id, first.event_id)


def test_what_was_to_go_out_together_is_not_announced_when_it_fails():
    with pytest.raises(LookupError), together():
        publish([ThingHappened(user_id=7)])
        raise LookupError

    assert not EventRecord.objects.exists()
    publish([ThingHappened(user_id=7)])
    assert EventRecord.objects.count() == 1
