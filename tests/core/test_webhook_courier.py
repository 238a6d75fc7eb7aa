"""Calls over real HTTP to a real receiver on the loopback."""

import asyncio
import threading
from datetime import timedelta

import pytest
import time_machine

from tests.core.receiving import documented_check, receiving
from tests.factories.core import EventRecordFactory, WebhookDeliveryFactory, WebhookEndpointFactory
from tests.ports import held_port
from yabot.core import clock
from yabot.core.metrics import Operation, recorder
from yabot.core.models import CallState, Lease, WebhookDelivery, WebhookEndpoint
from yabot.core.webhooks import courier, endpoints, queue, signing
from yabot.core.webhooks.courier import Courier, send_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("threads_end", "loopback")]


def owed(endpoint: WebhookEndpoint, count: int, user: int = 7) -> None:
    for number in range(1, count + 1):
        event = EventRecordFactory(user_id=user, sequence=number)
        WebhookDeliveryFactory(endpoint=endpoint, event=event)


def states() -> list[int]:
    return list(WebhookDelivery.objects.order_by("id").values_list("state", flat=True))


def test_a_call_arrives_as_it_is_documented(receiver, endpoint):
    owed(endpoint, 1)
    row = WebhookDelivery.objects.get()

    send_due()

    (heard,) = receiver.heard
    assert heard.path == "/hook"
    assert documented_check()(heard.raw, heard.signature, signing.secret(endpoint))
    assert heard.delivery == str(row.pk)
    assert heard.headers["X-YABOT-Event"] == heard.body["type"] == "reaction_detected"
    assert heard.headers["X-Correlation-ID"] == heard.body["correlation_id"] == str(row.correlation_id)
    assert (heard.body["user_id"], heard.body["sequence"]) == (7, 1)
    assert states() == [CallState.DONE]


def test_each_readers_calls_come_in_order_and_readers_side_by_side(receiver, endpoint):
    for user in (7, 8, 9):
        owed(endpoint, 20, user)

    send_due()

    for user in (7, 8, 9):
        assert [heard.body["sequence"] for heard in receiver.heard if heard.body["user_id"] == user] == [*range(1, 21)]
    assert len(receiver.heard) == 60


def test_a_receiver_that_was_down_gets_everything_once_it_is_up(endpoint):
    port = held_port()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url=f"http://127.0.0.1:{port}/")
    owed(endpoint, 3)
    send_due()
    assert states() == [CallState.WAITING] * 3
    assert "ClientConnectorError" in WebhookDelivery.objects.order_by("id")[0].error

    with receiving(port) as receiver, time_machine.travel(clock.now() + timedelta(minutes=1)):
        send_due()

    assert [heard.body["sequence"] for heard in receiver.heard] == [1, 2, 3]
    assert states() == [CallState.DONE] * 3


@pytest.mark.parametrize("status", [301, 302, 400, 401, 404, 500, 503])
def test_what_is_no_2xx_is_tried_again_with_the_same_id_and_body(receiver, endpoint, status):
    receiver.answers = [(status, {"Location": receiver.url + "/elsewhere"})]
    owed(endpoint, 1)
    send_due()
    assert states() == [CallState.WAITING]

    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        send_due()

    first, second = receiver.heard
    assert (first.delivery, first.raw, first.path) == (second.delivery, second.raw, second.path)
    assert first.signature != second.signature
    assert states() == [CallState.DONE]


def test_a_receiver_that_says_410_is_not_called_again(receiver, endpoint):
    receiver.answers = [410]
    owed(endpoint, 2)

    send_due()

    assert len(receiver.heard) == 1
    assert states() == [CallState.DEAD] * 2


def test_a_receiver_that_does_not_answer_is_given_up_for_now(receiver, endpoint, monkeypatch):
    monkeypatch.setattr(courier, "PATIENCE", 0.1)
    receiver.hold = threading.Event()
    owed(endpoint, 1)

    send_due()
    receiver.hold.set()

    row = WebhookDelivery.objects.get()
    assert (row.state, row.error) == (CallState.WAITING, "no answer within 0 s")


def test_a_receiver_that_is_down_is_not_asked_for_everything_that_waits(receiver, endpoint, monkeypatch):
    monkeypatch.setattr(queue, "rest", lambda failures: timedelta(minutes=5))  # longer than the round takes anywhere
    receiver.decide = lambda heard: 503
    for user in range(1, 51):
        owed(endpoint, 1, user)

    send_due()

    assert len(receiver.heard) < courier.STRIKES + courier.LANES


def test_one_bad_event_does_not_stop_the_others(receiver, endpoint):
    receiver.decide = lambda heard: 422 if heard.body["user_id"] == 3 else 200
    for user in range(1, 31):
        owed(endpoint, 1, user)

    send_due()

    assert sorted(states()) == [CallState.WAITING, *[CallState.DONE] * 29]


def test_another_receivers_slowness_keeps_nobody_waiting(receiver, endpoint, until_heard):
    with receiving() as slow:
        slow.hold = threading.Event()
        owed(WebhookEndpointFactory(url=slow.url), 5)
        owed(endpoint, 5)
        work = threading.Thread(target=send_due)
        work.start()

        until_heard(receiver, 5)
        slow.hold.set()
        work.join()

    assert set(states()) == {CallState.DONE}


def test_two_couriers_at_once_call_once(receiver, endpoint):
    for user in range(1, 21):
        owed(endpoint, 3, user)
    work = [threading.Thread(target=send_due) for _ in range(3)]

    for thread in work:
        thread.start()
    for thread in work:
        thread.join()

    assert len(receiver.heard) == 60
    assert set(states()) == {CallState.DONE}
    assert not Lease.objects.exclude(owner="").exists()


def test_a_round_ends_in_time_and_the_rest_stays_due(receiver, endpoint, monkeypatch):
    monkeypatch.setattr(courier, "ROUND_SECONDS", -1.0)
    owed(endpoint, 2)
    calls = queue.next_calls(endpoint.pk)

    asyncio.run(courier.Round(Courier().call).make(calls))

    assert receiver.heard == []
    assert states() == [CallState.WAITING] * 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0.0.0.0"])
def test_a_private_address_is_not_called_however_it_is_written(receiver, settings, host):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    owed(WebhookEndpointFactory(url=f"http://{host}:{receiver.port}/"), 1)

    send_due()

    assert receiver.heard == []
    row = WebhookDelivery.objects.get()
    assert (row.state, row.attempts) == (CallState.WAITING, 1)
    assert row.error


def test_a_rotated_secret_and_the_one_before_are_both_good(receiver, endpoint):
    first = signing.secret(endpoint)
    _endpoint, second = endpoints.rotate(endpoint.pk)
    endpoints.ping(endpoint.pk)

    send_due()

    (heard,) = receiver.heard
    check = documented_check()
    assert check(heard.raw, heard.signature, first) and check(heard.raw, heard.signature, second)


def test_every_call_is_measured(receiver, endpoint):
    recorder.take()
    receiver.answers = [200, 500]
    owed(endpoint, 2)

    send_due()

    series, samples = recorder.take()
    measured = series[Operation("webhook", "core", "reaction_detected")]
    assert (measured.count, measured.failures) == (2, 1)
    failed = [sample for sample in samples if sample.operation.kind == "webhook" and not sample.success]
    assert [sample.error for sample in failed] == ["500"]
