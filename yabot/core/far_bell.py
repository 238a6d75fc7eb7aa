"""The doorbell between processes: a short Redis stream for each topic, ``events:{module}:queue``.

Whoever rings hands the topics to a thread, which tells Redis at most every ``WINDOW`` seconds, however often it
rings: a commit never waits for Redis. Whoever listens wakes the listeners of its process. Rings that are lost with
Redis cost the time until the next sweep, a second, and nothing else.
"""

import logging
import os
import secrets
import threading
import time
from collections.abc import Collection, Iterable
from typing import Any

from yabot.core import bell, broker, delivery
from yabot.core.redaction import redact

log = logging.getLogger(__name__)

WINDOW = 0.01
KEPT = 20  # rings in a stream; who misses more is woken all the same
BLOCK_SECONDS = 5.0
PAUSE_SECONDS = 1.0
FORGET_SECONDS = 3600
QUIET_SECONDS = 60.0
_me = ""
_ringer: "Ringer | None" = None
_guard = threading.Lock()


def key_of(topic: str) -> str:
    """The stream of a topic."""
    return f"events:{topic}:queue"


def ring(topics: Iterable[str]) -> None:
    """Have the other processes woken, soon. Returns at once."""
    _ringer_of_this_process().ring(topics)


def _ringer_of_this_process() -> "Ringer":
    """Made when it is first needed, and again after a fork: threads stay behind."""
    global _ringer
    with _guard:
        if _ringer is None or _ringer.process_id != os.getpid():
            _ringer = Ringer()
            _ringer.start()
        return _ringer


def _name() -> str:
    """This process's name in its rings, by which it knows its own."""
    global _me
    if not _me.startswith(f"{os.getpid()}:"):
        _me = f"{os.getpid()}:{secrets.token_hex(4)}"
    return _me


class _Complaints:
    """Says that Redis is away, once a minute."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def about(self, error: Exception) -> None:
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("doorbells do not reach other processes; their sweeps find the work: %s", redact(repr(error)))


class Ringer(threading.Thread):
    """Tells Redis what rang since it last did."""

    def __init__(self) -> None:
        super().__init__(name="yabot-ringer", daemon=True)
        self.process_id = os.getpid()
        self._topics: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._client: Any = broker.client()

    def ring(self, topics: Iterable[str]) -> None:
        """These, with the next telling."""
        with self._lock:
            self._topics.update(topics)
        self._wake.set()

    def run(self) -> None:
        """Tell, for ever. While Redis is away rings are dropped: the sweeps do their work."""
        complaints = _Complaints()
        while self._wake.wait():
            self._wake.clear()
            with self._lock:
                topics, self._topics = self._topics, set()
            try:
                self._tell(topics)
            except Exception as error:  # noqa: BLE001 - a lost ring costs a second, a dead thread costs all of them
                complaints.about(error)
                time.sleep(PAUSE_SECONDS)
            time.sleep(WINDOW)

    def _tell(self, topics: Collection[str]) -> None:
        with self._client.pipeline(transaction=False) as pipe:
            for topic in topics:
                pipe.xadd(key_of(topic), {"by": _name()}, maxlen=KEPT, approximate=False)
                pipe.expire(key_of(topic), FORGET_SECONDS)
            pipe.execute()


class FarListener(threading.Thread):
    """Wakes this process's listeners when another process rings, until stopped."""

    def __init__(self) -> None:
        super().__init__(name="yabot-far-listener", daemon=True)
        self._stopping = threading.Event()
        self._client: Any = broker.client(patience=BLOCK_SECONDS + broker.PATIENCE)
        self._complaints = _Complaints()

    def run(self) -> None:
        """Listen; after a Redis that was away, wake everybody once: something may have been missed."""
        topics = [*delivery.modules_here(), bell.MESSAGES, bell.CALLS, bell.INBOX]
        last: dict[str, str] = {}
        while not self._stopping.is_set():
            try:
                last = last or self._begin(topics)
                self._hear(last)
            except Exception as error:  # noqa: BLE001 - as above
                self._complaints.about(error)
                last = {}
                self._stopping.wait(PAUSE_SECONDS)

    def _begin(self, topics: Collection[str]) -> dict[str, str]:
        """From now on; and whatever rang before is looked at once."""
        seconds, micros = self._client.time()
        bell.wake(frozenset(topics))
        return {key_of(topic): f"{seconds * 1000 + micros // 1000}-0" for topic in topics}

    def _hear(self, last: dict[str, str]) -> None:
        found = self._client.xread(last, block=int(BLOCK_SECONDS * 1000))
        rung = set()
        for key, entries in found or ():
            last[key.decode()] = entries[-1][0].decode()
            if any(values.get(b"by") != _name().encode() for _, values in entries):
                rung.add(key.decode().split(":")[1])
        if rung and not self._stopping.is_set():
            bell.wake(frozenset(rung))

    def stop(self) -> None:
        """End soon: nobody has to wait for it."""
        self._stopping.set()
