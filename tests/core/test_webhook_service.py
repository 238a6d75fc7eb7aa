"""The courier as a part of a running process: woken by the bell, stopped at any moment, patient with trouble."""

import asyncio
import threading

import pytest

from tests.core.test_webhook_courier import owed
from tests.factories.core import WebhookEndpointFactory
from yabot.core import bell
from yabot.core.models import Lease
from yabot.core.webhooks import courier, queue
from yabot.core.webhooks.courier import Courier, send_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("threads_end", "loopback")]


def test_nothing_due_makes_no_courier(monkeypatch):
    monkeypatch.setattr(courier, "Courier", None)

    send_due()


def test_the_running_courier_hears_the_bell(receiver, endpoint, monkeypatch, until_heard):
    monkeypatch.setattr(courier, "LOOK_SECONDS", 30)
    ready = threading.Event()
    ended: list[str] = []

    async def run() -> None:
        task = asyncio.create_task(Courier().run())
        await asyncio.sleep(0.2)  # it has looked, and waits
        ready.set()
        await asyncio.to_thread(until_heard, receiver, 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        ended.append("well")

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(30)
    owed(endpoint, 1)
    bell.ring(bell.CALLS)
    thread.join(15)

    assert ended == ["well"]
    assert not Lease.objects.exclude(owner="").exists()


def test_a_courier_that_is_stopped_at_any_moment_ends_and_gives_its_leases_back(receiver, endpoint, monkeypatch):
    monkeypatch.setattr(courier, "LOOK_SECONDS", 30)
    for user in range(1, 31):
        owed(endpoint, 1, user)

    async def run(steps: int) -> None:
        task = asyncio.create_task(Courier().run())
        for _ in range(steps):
            await asyncio.sleep(0)
            bell.ring(bell.CALLS)
        task.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(task, return_exceptions=True)

    for steps in range(0, 3000, 150):
        asyncio.run(run(steps))
        assert not Lease.objects.exclude(owner="").exists()


def test_a_database_that_is_away_is_waited_for(monkeypatch, caplog):
    def broken(**_: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(queue, "waiting_endpoints", broken)

    assert asyncio.run(Courier()._look()) == []
    assert "have to wait" in caplog.text


def test_an_endpoint_that_cannot_be_served_stops_no_other(endpoint, receiver, monkeypatch, caplog):
    real = queue.next_calls
    broken = WebhookEndpointFactory(url=receiver.url)
    for one in (broken, endpoint):
        owed(one, 1)

    def picky(endpoint_id):
        if endpoint_id == broken.pk:
            raise LookupError("no")
        return real(endpoint_id)

    monkeypatch.setattr(queue, "next_calls", picky)
    send_due()

    assert len(receiver.heard) == 1
    assert str(broken.pk) in caplog.text
