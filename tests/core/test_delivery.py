import random
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError

from tests.conflicts import deadlock
from tests.core.hearing import MODULE, IdleHappened, Journal, OtherHappened, ThingHappened, UrgentHappened, listening
from yabot.core import clock, delivery, transactions
from yabot.core.events import publish
from yabot.core.models import Delivery, EventRecord
from yabot.core.ports import PortBroken, PortUnavailable

pytestmark = pytest.mark.django_db


def things(*users: int, number: int = 0) -> None:
    publish([ThingHappened(user_id=user, number=number) for user in users])


def test_a_batch_is_one_signal_with_a_list():
    journal = Journal()
    with listening(journal):
        things(1, 2, 3)
        heard = delivery.deliver(MODULE)

    assert heard == 3
    assert [len(batch) for batch in journal.batches] == [3]
    assert not Delivery.objects.exists()


def test_a_delivered_event_knows_its_place_in_the_chain():
    journal = Journal()
    with listening(journal):
        (trace,) = publish([ThingHappened(user_id=1)])
        delivery.deliver(MODULE)

    heard = journal.events[0].trace
    assert heard is not None
    assert (heard.event_id, heard.correlation_id, heard.sequence) == (trace.event_id, trace.correlation_id, 1)


def test_one_persons_events_of_different_types_stay_in_order():
    journal = Journal()
    with listening(journal):
        publish(
            [ThingHappened(user_id=1, number=1), OtherHappened(user_id=1, number=2), ThingHappened(user_id=1, number=3)]
        )
        publish([ThingHappened(user_id=2, number=1), OtherHappened(user_id=2, number=2)])
        delivery.deliver(MODULE)

    assert journal.numbers(1) == [1, 2, 3]
    assert journal.numbers(2) == [1, 2]
    assert [len(batch) for batch in journal.batches] == [2, 2, 1]


def test_delivering_many_takes_as_many_statements_as_delivering_one(django_assert_num_queries):
    with listening(Journal()):
        things(*range(1, 301))
        with django_assert_num_queries(4):  # savepoint, claim, delete, release
            delivery.deliver(MODULE)


def test_critical_events_go_first():
    journal = Journal()
    with listening(journal):
        things(*range(1, 20))
        publish([UrgentHappened(user_id=99)])
        delivery.deliver(MODULE, limit=5)

    assert 99 in {event.user_id for event in journal.events}


def test_in_an_overload_low_priorities_wait():
    journal = Journal()
    with listening(journal):
        publish([IdleHappened(user_id=1)])
        things(2)
        delivery.deliver(MODULE, calm=True)

    assert [event.user_id for event in journal.events] == [2]
    assert Delivery.objects.get().user_id == 1


def test_a_person_whose_low_event_waits_gets_nothing_out_of_order():
    journal = Journal()
    with listening(journal):
        publish([IdleHappened(user_id=1, number=1)])
        publish([ThingHappened(user_id=1, number=2)])
        delivery.deliver(MODULE, calm=True)
        assert journal.numbers() == []
        delivery.deliver(MODULE)
        delivery.deliver(MODULE)

    assert journal.numbers(1) == [1, 2]


def test_a_batch_that_is_cut_keeps_each_persons_order():
    journal = Journal()
    with listening(journal):
        things(*[1] * 30, *[2] * 30)
        while delivery.deliver(MODULE, limit=7):
            pass

    for user in (1, 2):
        sequences = [event.trace.sequence for event in journal.events if event.user_id == user and event.trace]
        assert sequences == list(range(1, 31))


def test_a_bad_event_stands_alone_and_the_others_are_heard():
    journal = Journal()

    def hear(events):
        if any(event.number == 13 for event in events):
            raise ValueError("unlucky")
        journal(events)

    with listening(hear):
        publish([ThingHappened(user_id=number, number=number) for number in range(1, 101)])
        heard = delivery.deliver(MODULE)

    assert heard == 99
    assert sorted(journal.numbers()) == [number for number in range(1, 101) if number != 13]
    left = Delivery.objects.get()
    assert (left.user_id, left.attempts) == (13, 1)
    assert "unlucky" in left.last_error


def test_a_bad_event_holds_back_only_its_own_persons_later_events():
    journal = Journal()
    bad = {5}

    def hear(events):
        if any(event.number in bad for event in events):
            raise ValueError
        journal(events)

    with listening(hear):
        publish([ThingHappened(user_id=1, number=number) for number in (4, 5, 6)])
        publish([ThingHappened(user_id=2, number=number) for number in (4, 6)])
        delivery.deliver(MODULE)
        delivery.deliver(MODULE)
        assert (journal.numbers(1), journal.numbers(2)) == ([4], [4, 6])

        bad.clear()
        with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
            delivery.deliver(MODULE)

    assert journal.numbers(1) == [4, 5, 6]


@pytest.mark.usefixtures("at_one_moment")
def test_an_event_published_while_an_earlier_one_is_held_waits_too():
    def hear(events):
        raise ValueError

    journal = Journal()
    with listening(hear):
        things(1, number=1)
        delivery.deliver(MODULE)
    with listening(journal):
        things(1, number=2)

        assert delivery.deliver(MODULE) == 0


def test_after_the_last_try_an_event_is_a_dead_letter_and_lets_the_others_pass(settings, expected_errors):
    expected_errors.append("dead letter")
    settings.DELIVERY_TRIES = 3
    journal = Journal()

    def hear(events):
        if any(event.number == 1 for event in events):
            raise ValueError("never")
        journal(events)

    with listening(hear):
        things(1, number=1)
        things(1, number=2)
        for hours in range(1, 5):
            with time_machine.travel(clock.now() + timedelta(hours=2 * hours), tick=False):
                delivery.deliver(MODULE)

    dead = Delivery.objects.get()
    assert dead.dead_at is not None
    assert dead.attempts == 3
    assert journal.numbers() == [2]


def test_an_event_that_waits_for_rows_of_somebody_else_is_never_a_dead_letter(settings, monkeypatch):
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)
    settings.DELIVERY_TRIES = 2
    held = [True]
    journal = Journal()

    def hear(events):
        if held:
            raise deadlock(DatabaseError)
        journal(events)

    with listening(hear):
        things(1, number=1)
        for minutes in range(4):
            with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
                delivery.deliver(MODULE)
        waiting = Delivery.objects.get()
        held.clear()
        with time_machine.travel(waiting.due_at + timedelta(seconds=1), tick=False):
            delivery.deliver(MODULE)

    assert (waiting.attempts, waiting.dead_at) == (4, None)
    assert waiting.due_at - clock.now() < timedelta(minutes=4)
    assert journal.numbers() == [1]


@pytest.mark.parametrize(("error", "dies"), [(PortUnavailable, False), (PortBroken, True)])
def test_what_another_module_breaks_on_is_a_dead_letter_and_what_waits_for_it_is_none(
    error, dies, settings, expected_errors
):
    expected_errors.append("dead letter")
    settings.DELIVERY_TRIES = 2

    def hear(events):
        raise error("economy:balances", "it did not answer")

    with listening(hear):
        things(1)
        for minutes in range(4):
            with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
                delivery.deliver(MODULE)

    assert (Delivery.objects.get().dead_at is not None) is dies


def test_a_replayed_dead_letter_is_heard_once(expected_errors, settings):
    expected_errors.append("dead letter")
    settings.DELIVERY_TRIES = 1
    with listening(lambda events: 1 / 0):
        things(1, number=1)
        delivery.deliver(MODULE)
    journal = Journal()
    (dead,) = Delivery.objects.all()

    with listening(journal):
        assert delivery.replay([dead.pk]) == 1
        assert delivery.replay([dead.pk]) == 0
        delivery.deliver(MODULE)
        delivery.deliver(MODULE)

    assert journal.numbers() == [1]


def test_waiting_times_double_and_end_at_an_hour():
    random.seed(1)
    waits = [delivery.backoff(attempts).total_seconds() for attempts in (1, 2, 3, 30)]

    assert 1.5 <= waits[0] <= 2.5
    assert 3 <= waits[1] <= 5
    assert 6 <= waits[2] <= 10
    assert 2700 <= waits[3] <= 4500


def test_a_worker_that_was_overtaken_rolls_back():
    def hear(events):
        publish([OtherHappened(user_id=9)])
        Delivery.objects.filter(module=MODULE, user_id=1).delete()  # another worker was quicker

    with listening(hear):
        things(1, 2)
        assert delivery.deliver(MODULE) == 0

    assert not EventRecord.objects.filter(user_id=9).exists()
    assert Delivery.objects.count() == 2


def test_the_backlog_counts_what_waits_and_knows_too_much(settings):
    settings.DELIVERY_BACKLOG_LIMIT = 2
    with listening(Journal()):
        things(1, 2)
        assert (delivery.backlog(), delivery.is_overloaded()) == (2, False)
        things(3)
        assert delivery.is_overloaded()
