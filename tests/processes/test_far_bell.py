"""The doorbell between processes."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from yabot.core import bell, far_bell
from yabot.core.far_bell import FarListener

# A process that ends at once may take its ring along: this one stays until it is let go.
RING = "import sys, django; django.setup(); from yabot.core import bell; bell.ring({topics}); sys.stdin.read()"


class Ear:
    """Remembers what rang, and waits for it."""

    def __init__(self) -> None:
        self.heard: list[frozenset[str]] = []
        self._news = threading.Condition()

    def __call__(self, topics: frozenset[str]) -> None:
        with self._news:
            self.heard.append(topics)
            self._news.notify_all()

    def wait_for(self, *topics: str) -> None:
        with self._news:
            assert self._news.wait_for(lambda: frozenset(topics) <= frozenset().union(*self.heard), 60), self.heard

    def wait_for_begin(self) -> None:
        """A listener looks at everything once when it begins."""
        with self._news:
            assert self._news.wait_for(lambda: any(len(topics) > 3 for topics in self.heard), 60)
        self.heard.clear()


@pytest.fixture
def ear(settings, valkey):
    """An ear in this process, which listens to the others."""
    settings.REDIS_URL = valkey.url
    ear = Ear()
    bell.listen(ear)
    end = bell.hear_others()
    ear.wait_for_begin()
    yield ear
    end()
    bell.forget(ear)
    far_bell._ringer = None


@contextmanager
def rung_elsewhere(url: str, *topics: str) -> Iterator[None]:
    """Another process rings, and stays as long as the block."""
    code = RING.format(topics=", ".join(map(repr, topics)))
    environment = {**os.environ, "REDIS_URL": url, "DJANGO_SETTINGS_MODULE": "yabot.settings"}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.communicate(timeout=60)
    assert process.returncode == 0


def test_what_rings_in_another_process_is_heard_here(ear, valkey):
    with rung_elsewhere(valkey.url, "gamification", bell.MESSAGES):
        ear.wait_for("gamification", bell.MESSAGES)


def test_ones_own_ring_is_heard_once(ear, valkey):
    bell.ring("narrative")
    with rung_elsewhere(valkey.url, "gamification"):
        ear.wait_for("gamification")

    assert ear.heard.count(frozenset({"narrative"})) == 1
    assert valkey.client.xlen("events:narrative:queue") == 1


def test_a_thousand_rings_are_a_few_words_to_redis(ear, valkey):
    for _ in range(1000):
        bell.ring("narrative")
    with rung_elsewhere(valkey.url, "gamification"):
        ear.wait_for("gamification")

    assert 1 <= valkey.client.xlen("events:narrative:queue") <= far_bell.KEPT
    assert valkey.client.info("commandstats")["cmdstat_xadd"]["calls"] < 200


@pytest.mark.parametrize("trouble", ["flushed", "restarted"])
def test_after_redis_lost_everything_bells_ring_again(ear, valkey, trouble):
    if trouble == "flushed":
        valkey.client.flushall()
    else:
        valkey.kill()
        valkey.start()
        ear.wait_for_begin()

    with rung_elsewhere(valkey.url, "gamification"):
        ear.wait_for("gamification")


def test_without_redis_ringing_costs_nothing_and_breaks_nothing(settings, valkey):
    settings.REDIS_URL = valkey.url
    valkey.stop()
    ear = Ear()
    bell.listen(ear)

    bell.ring("narrative")

    bell.forget(ear)
    far_bell._ringer = None
    assert ear.heard == [frozenset({"narrative"})]


def test_nobody_is_heard_where_there_is_no_redis():
    before = set(threading.enumerate())  # a listener of another test may still be ending

    end = bell.hear_others()

    assert not any(isinstance(thread, FarListener) for thread in set(threading.enumerate()) - before)
    end()
