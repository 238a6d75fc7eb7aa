"""A circuit breaker: after five failures in a row nobody asks for thirty seconds, then one may try.

The rules are a pure function of a circuit's state and the time. The state is shared by all processes where there is
Redis (``circuit:{module}:{operation}``), and by the threads of this one otherwise: losing it only means trying again.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Protocol

from django.conf import settings

from yabot.core import clock

log = logging.getLogger(__name__)

FAILURES = 5
SECONDS = 30.0


class State(StrEnum):
    """What a circuit does with a call."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class Circuit:
    """``failures`` in a row; when it opened; until when somebody's trial call is awaited. Seconds since 1970."""

    failures: int = 0
    opened_at: float | None = None
    trial_until: float | None = None

    def state(self, now: float) -> State:
        """Closed, open, or due for a trial. A clock that was set back does not keep it open any longer."""
        if self.opened_at is None:
            return State.CLOSED
        return State.OPEN if 0 <= now - self.opened_at < SECONDS else State.HALF_OPEN

    def is_tried(self, now: float) -> bool:
        """Whether a trial call is under way. One that never ends counts as failed after a while."""
        return self.trial_until is not None and 0 < self.trial_until - now <= SECONDS


Verdict = tuple[Circuit, bool]


def asked(circuit: Circuit, now: float) -> Verdict:
    """Whether a call may be made; when half open, only the first who asks may."""
    state = circuit.state(now)
    if state is not State.HALF_OPEN:
        return circuit, state is State.CLOSED
    if circuit.is_tried(now):
        return circuit, False
    return replace(circuit, trial_until=now + SECONDS), True


def succeeded(circuit: Circuit, now: float) -> Verdict:
    """A call worked: the circuit closes. One that began before it opened does not close it."""
    if circuit.state(now) is State.OPEN:
        return circuit, False
    return Circuit(), True


def failed(circuit: Circuit, now: float) -> Verdict:
    """A call failed: the fifth in a row opens the circuit, and a failed trial opens it anew."""
    state = circuit.state(now)
    if state is State.OPEN:
        return circuit, False
    failures = circuit.failures + 1
    opens = state is State.HALF_OPEN or failures >= FAILURES
    return Circuit(failures, now if opens else None), opens


Rule = Callable[[Circuit, float], Verdict]


class Circuits(Protocol):
    """Where circuits are kept. ``change`` is atomic."""

    def read(self, name: str) -> Circuit:
        """The circuit as it is."""
        ...

    def change(self, name: str, rule: Rule, now: float) -> bool:
        """Apply ``rule``; its verdict."""
        ...


class LocalCircuits:
    """Shared by the threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: defaultdict[str, Circuit] = defaultdict(Circuit)

    def read(self, name: str) -> Circuit:
        """The circuit as it is."""
        with self._lock:
            return self._known[name]

    def change(self, name: str, rule: Rule, now: float) -> bool:
        """Apply ``rule``; its verdict."""
        with self._lock:
            self._known[name], verdict = rule(self._known[name], now)
            return verdict


@cache
def circuits() -> Circuits:
    """This process's circuits, or everybody's where there is Redis."""
    if not settings.REDIS_URL:
        return LocalCircuits()
    from yabot.core.shared_circuits import RedisCircuits

    return RedisCircuits(settings.REDIS_URL)


class Breaker:
    """One operation's circuit. Ask ``allows`` before each call, and say afterwards how it went."""

    def __init__(self, name: str, kept: Circuits | None = None) -> None:
        self.name = name
        self._kept = kept

    @property
    def _circuits(self) -> Circuits:
        return self._kept or circuits()

    def state(self) -> State:
        """Closed, open or half open."""
        now = _now()
        return self._circuits.read(self.name).state(now)

    def allows(self) -> bool:
        """Whether a call may be made now. A ``True`` while half open is the one trial."""
        now = _now()
        if self._circuits.read(self.name).state(now) is State.CLOSED:
            return True
        return self._circuits.change(self.name, asked, now)

    def succeeded(self) -> None:
        """The call worked."""
        if self._circuits.read(self.name) != Circuit():
            self._circuits.change(self.name, succeeded, _now())

    def failed(self) -> None:
        """The call failed."""
        if self._circuits.change(self.name, failed, _now()):
            log.warning("the circuit of %s is open for %d s", self.name, SECONDS)


def _now() -> float:
    return clock.now().timestamp()
