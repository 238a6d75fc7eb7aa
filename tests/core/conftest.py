"""Fixtures of several test files."""

import gc
import threading

import pytest

from tests.core.receiving import Receiver, receiving
from tests.factories.core import WebhookEndpointFactory
from yabot.core.models import WebhookEndpoint
from yabot.core.telegram import bridge


@pytest.fixture
def threads_end():
    """The bridge's threads and their connections end with the test."""
    yield
    bridge._pool().shutdown()
    bridge.close_pool()
    gc.collect()  # their connections end with them


@pytest.fixture
def loopback(settings):
    """Webhooks may call this machine."""
    settings.WEBHOOK_PRIVATE_ADDRESSES = True


@pytest.fixture
def receiver():
    """A program that listens."""
    with receiving() as server:
        yield server


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    """Where that program wants to be called."""
    return WebhookEndpointFactory(url=receiver.url)


@pytest.fixture
def until_heard():
    """Wait until a receiver was called so often."""

    def wait(receiver: Receiver, count: int) -> None:
        for _ in range(3000):
            if len(receiver.heard) >= count:
                return
            threading.Event().wait(0.01)
        raise AssertionError(f"{len(receiver.heard)} of {count} calls came")

    return wait
