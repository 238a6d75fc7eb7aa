"""What is called next, and what becomes of it. The calls themselves are made elsewhere."""

from datetime import timedelta

import orjson
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.core import EventRecordFactory, WebhookDeliveryFactory, WebhookEndpointFactory
from yabot.core import clock
from yabot.core.ids import uuid7
from yabot.core.models import CallState, EventRecord, WebhookDelivery, WebhookEndpoint
from yabot.core.retention import forget_old_calls
from yabot.core.webhooks import endpoints, queue, subscriptions
from yabot.core.webhooks.queue import FIRST_RETRY, LONGEST_REST, LONGEST_RETRY, Outcome, Result, backoff, rest

pytestmark = pytest.mark.django_db


def owed(endpoint, *numbers: int, user: int = 7, **changes) -> None:
    """The endpoint has to hear of these events of one reader."""
    for number in numbers:
        event = EventRecordFactory(user_id=user, sequence=number)
        WebhookDeliveryFactory(endpoint=endpoint, event=event, **changes)


def taken(endpoint) -> list[tuple[int, int]]:
    """Who would be called about now, with which number."""
    return [(call.lane, call.sequence) for call in queue.next_calls(endpoint.pk)]


def answer(endpoint, outcome: Outcome, status: int | None = None, **more) -> None:
    """The next call ends so."""
    call = queue.next_calls(endpoint.pk)[0]
    queue.note(Result(call, outcome, status, **more))


@given(st.integers(1, 1000))
def test_every_wait_is_within_a_quarter_of_a_doubling_one(attempts):
    for wait, first, longest in ((backoff(attempts), FIRST_RETRY, LONGEST_RETRY),):
        middle = min(longest, first * 2 ** min(attempts - 1, 40))
        assert middle * 0.75 <= wait <= middle * 1.25
    middle = min(LONGEST_REST, timedelta(seconds=1) * 2 ** min(attempts - 1, 40))
    assert middle * 0.75 <= rest(attempts) <= middle * 1.25


@given(st.integers(1, 10))
def test_two_failures_more_always_wait_longer(attempts):
    assert backoff(attempts + 2) > backoff(attempts)


def test_only_what_is_due_and_wanted_is_found():
    busy, resting, off, idle = WebhookEndpointFactory.create_batch(4)
    for endpoint in (busy, resting, off):
        owed(endpoint, 1)
    owed(idle, 1, due_at=clock.now() + timedelta(minutes=1))
    WebhookEndpoint.objects.filter(pk=resting.pk).update(rests_until=clock.now() + timedelta(minutes=1))
    endpoints.change(off.pk, is_active=False)

    assert queue.waiting_endpoints() == [busy.pk]
    assert queue.waiting_endpoints(besides={busy.pk}) == []


def test_a_backlog_of_one_endpoint_hides_no_other():
    busy, quiet = WebhookEndpointFactory.create_batch(2)
    subscriptions.owe(busy.pk, [(uuid7(), "besitos_added", 7, number, uuid7()) for number in range(600)])
    with time_machine.travel(clock.now() + timedelta(seconds=1)):
        owed(quiet, 1)

        assert queue.waiting_endpoints() == [busy.pk, quiet.pk]


def test_looking_costs_one_statement_while_there_is_no_endpoint(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert queue.waiting_endpoints() == []


def test_a_call_is_taken_and_that_is_that():
    endpoint = WebhookEndpointFactory(failures=2, failing_since=clock.now())
    owed(endpoint, 1)

    answer(endpoint, Outcome.TAKEN, 204)

    row = WebhookDelivery.objects.get()
    assert (row.state, row.status_code, row.attempts) == (CallState.DONE, 204, 1)
    assert row.finished_at is not None
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since) == (0, None)
    assert taken(endpoint) == []


def test_a_failed_call_holds_back_its_readers_later_ones_and_nobody_elses(at_one_moment):
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1, 2, 3)
    owed(endpoint, 1, 2, user=8)

    answer(endpoint, Outcome.REFUSED, 400)

    assert taken(endpoint) == [(8, 1), (8, 2)]
    with time_machine.travel(clock.now() + timedelta(seconds=13), tick=False):
        assert taken(endpoint) == [(7, 1), (7, 2), (7, 3), (8, 1), (8, 2)]


def test_another_endpoints_trouble_holds_back_nothing():
    ill, well = WebhookEndpointFactory.create_batch(2)
    for endpoint in (ill, well):
        owed(endpoint, 1, 2)

    answer(ill, Outcome.REFUSED, 400)

    assert taken(well) == [(7, 1), (7, 2)]


def test_a_receiver_that_is_down_rests_and_is_then_probed_with_one_call(at_one_moment):
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1)
    owed(endpoint, 1, user=8)
    owed(endpoint, 1, user=9)

    answer(endpoint, Outcome.DOWN, 503)
    assert taken(endpoint) == []
    with time_machine.travel(clock.now() + timedelta(seconds=2), tick=False):
        assert taken(endpoint) == [(8, 1)]
        answer(endpoint, Outcome.TAKEN, 200)
        assert taken(endpoint) == [(9, 1)]


def test_the_calls_of_one_round_that_find_it_down_count_as_one_failure(at_one_moment):
    endpoint = WebhookEndpointFactory()
    for user in range(1, 9):
        owed(endpoint, 1, user=user)

    for call in queue.next_calls(endpoint.pk):
        queue.note(Result(call, Outcome.DOWN, 503))

    endpoint.refresh_from_db()
    assert endpoint.failures == 1
    assert endpoint.rests_until <= clock.now() + timedelta(seconds=1.25)


def test_a_receiver_that_says_when_to_come_again_is_obeyed():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1)

    answer(endpoint, Outcome.DOWN, 429, retry_after=900)

    assert WebhookDelivery.objects.get().due_at >= clock.now() + timedelta(seconds=890)


def test_after_the_last_try_a_call_is_abandoned_and_the_next_ones_go_on(settings):
    settings.WEBHOOK_TRIES = 2
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1, attempts=1)
    owed(endpoint, 2)

    answer(endpoint, Outcome.REFUSED, 400, error="400: no")

    row = WebhookDelivery.objects.get(sequence=1)
    assert (row.state, row.attempts, row.error) == (CallState.DEAD, 2, "400: no")
    assert taken(endpoint) == [(7, 2)]
    assert queue.dead() == 1


def test_a_receiver_that_wants_no_more_is_switched_off():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1, 2)

    answer(endpoint, Outcome.GONE, 410)

    endpoint.refresh_from_db()
    assert (endpoint.is_active, "410" in endpoint.note) == (False, True)
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {CallState.DEAD}


def test_a_receiver_that_fails_for_days_is_switched_off_with_its_last_error():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1, 2)
    answer(endpoint, Outcome.DOWN, 503)

    with time_machine.travel(clock.now() + timedelta(days=2, hours=23), tick=False):
        answer(endpoint, Outcome.DOWN, 503)
        assert WebhookEndpoint.objects.get().is_active
    with time_machine.travel(clock.now() + timedelta(days=3, hours=9), tick=False):
        answer(endpoint, Outcome.REFUSED, 404, error="404: nobody")

    endpoint.refresh_from_db()
    assert (endpoint.is_active, "404: nobody" in endpoint.note) == (False, True)


def test_one_good_answer_and_the_days_are_counted_anew():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1, 2, 3)
    answer(endpoint, Outcome.REFUSED, 400)

    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        answer(endpoint, Outcome.TAKEN, 200)
    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        answer(endpoint, Outcome.REFUSED, 400)

    assert WebhookEndpoint.objects.get().is_active


def test_a_ping_is_tried_once_and_counts_as_no_failure():
    endpoint = WebhookEndpointFactory()
    endpoints.ping(endpoint.pk)

    answer(endpoint, Outcome.DOWN, None, error="no answer")

    assert WebhookDelivery.objects.get().state == CallState.DEAD
    assert WebhookEndpoint.objects.get().failing_since is None


def test_a_ping_has_a_body_of_its_own_and_waits_for_nobody():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 5, user=0, due_at=clock.now() + timedelta(hours=1))
    endpoints.ping(endpoint.pk)

    (call,) = queue.next_calls(endpoint.pk)

    told = orjson.loads(call.body)
    assert (told["type"], told["data"], told["user_id"]) == ("ping", {}, None)


def test_a_call_whose_event_is_gone_is_abandoned():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1)
    EventRecord.objects.all().delete()

    assert taken(endpoint) == []
    assert WebhookDelivery.objects.get().state == CallState.DEAD


def test_what_another_courier_noted_stays_as_it_is():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1)
    (call,) = queue.next_calls(endpoint.pk)
    queue.note(Result(call, Outcome.TAKEN, 200))

    queue.note(Result(call, Outcome.REFUSED, 400, error="late"))

    row = WebhookDelivery.objects.get()
    assert (row.state, row.attempts, row.error) == (CallState.DONE, 1, "")


def test_an_outcome_for_an_endpoint_that_was_deleted_is_no_trouble():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1)
    (call,) = queue.next_calls(endpoint.pk)
    endpoints.delete(endpoint.pk)

    queue.note(Result(call, Outcome.REFUSED, 400))

    assert not WebhookDelivery.objects.exists()


def test_finished_calls_are_made_again_under_the_same_id():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1)
    answer(endpoint, Outcome.TAKEN, 200)
    owed(endpoint, 2, dead=True)
    keys = set(WebhookDelivery.objects.values_list("pk", flat=True))

    assert queue.replay(list(keys)) == 2
    assert queue.replay(list(keys)) == 0

    assert {call.id for call in queue.next_calls(endpoint.pk)} == keys


def test_calls_that_ended_a_month_ago_are_forgotten():
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1, done=True)
    owed(endpoint, 2)

    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert forget_old_calls() == 1

    assert [row.sequence for row in WebhookDelivery.objects.all()] == [2]


@pytest.mark.parametrize("error", ["bot 123456789:AAbbccddeeffgghhiijjkkllmm failed"])
def test_no_token_is_kept_with_an_error(error):
    endpoint = WebhookEndpointFactory()
    owed(endpoint, 1)

    answer(endpoint, Outcome.REFUSED, 400, error=error)

    assert "AAbbcc" not in WebhookDelivery.objects.get().error
