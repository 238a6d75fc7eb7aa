"""The right to poll is kept whatever the bot is busy with, and a bot that lost it ends."""

import threading
from datetime import timedelta

import pytest

from tests.flows.conftest import RunningBot
from yabot.core import clock
from yabot.core.models import Lease
from yabot.core.telegram import gateway
from yabot.core.telegram.poller import AnotherPoller
from yabot.core.ticker import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(gateway, "RENEW_SECONDS", 0.05)


def test_a_job_that_takes_long_does_not_cost_the_lease(bot_settings, sandbox, until):
    begun, over = threading.Event(), threading.Event()

    def take_long() -> None:
        begun.set()
        over.wait(30)

    running = RunningBot(jobs=[Job("take_long", timedelta(minutes=1), take_long)]).start()
    try:
        assert begun.wait(30)
        then = Lease.objects.get(pk="poller").expires_at

        until(lambda: Lease.objects.get(pk="poller").expires_at > then)
    finally:
        over.set()
        running.stop()
    assert running.error is None


def test_a_bot_whose_lease_somebody_else_has_ends_and_leaves_it_to_them(bot_settings, sandbox):
    running = RunningBot(jobs=[]).start()

    Lease.objects.filter(pk="poller").update(owner="elsewhere:1:a", expires_at=clock.now() + timedelta(minutes=1))
    running.wait()

    assert isinstance(running.error, AnotherPoller)
    assert Lease.objects.get(pk="poller").owner == "elsewhere:1:a"
