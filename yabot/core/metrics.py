"""Counts every operation of this process, in memory: a microsecond each, without Django and without the database.

What was counted is taken by ``yabot.core.measuring`` every some seconds and written in bulk; a crash loses what was
not taken yet, by design. Memory is bounded whatever happens.
"""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from time import perf_counter
from typing import NamedTuple
from uuid import UUID

from yabot.core import clock, correlation
from yabot.core.errors import DomainError
from yabot.core.redaction import redact

BOUNDS = (1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10_000.0)
"""Upper ends of the histogram's buckets in milliseconds; one more bucket holds what is slower."""
MOST_OPERATIONS = 400  # names are few and fixed; should one ever hold a person's text, the rest is counted as "other"
MOST_SAMPLES = 60  # slow or failed single operations kept between two writes
_ERROR_LENGTH = 200


class Kind(StrEnum):
    """What sort of operation."""

    INBOX = "inbox"  # updates stored
    HANDLER = "handler"  # updates handled, answered or in masses
    DELIVERY = "delivery"  # events brought to a module
    SEND = "send"  # messages of the outbox, from the claim to the outcome
    TELEGRAM = "telegram"  # calls of the Bot API made at once
    HTTP = "http"  # requests answered by the web process
    PORT = "port"  # questions to another module
    JOB = "job"  # periodic jobs
    WEBHOOK = "webhook"  # calls of other programs


class Operation(NamedTuple):
    """Something the system does: what sort of thing, on behalf of which module, under which name."""

    kind: str
    module: str
    name: str


OTHER = Operation("other", "core", "other")


@dataclass(slots=True)
class Series:
    """How often an operation was done since something, how long it took, how often it failed."""

    count: int = 0
    items: int = 0
    failures: int = 0
    ms: float = 0.0
    slowest_ms: float = 0.0
    slowest_chain: UUID | None = None
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))

    def quantile(self, share: float) -> float | None:
        """Below how many milliseconds ``share`` of these stayed; never more than the slowest one took."""
        found = quantile(self.buckets, share)
        return None if found is None else min(found, self.slowest_ms)

    def merge(self, other: "Series") -> None:
        """Add what ``other`` counted."""
        self.count += other.count
        self.items += other.items
        self.failures += other.failures
        self.ms += other.ms
        if other.slowest_ms > self.slowest_ms:
            self.slowest_ms, self.slowest_chain = other.slowest_ms, other.slowest_chain
        self.buckets = [mine + theirs for mine, theirs in zip(self.buckets, other.buckets, strict=True)]


@dataclass(frozen=True, slots=True)
class Sample:
    """One operation that failed or was slow. ``chain`` is its correlation id, where it has one."""

    operation: Operation
    ms: float
    success: bool
    chain: UUID | None
    error: str
    at: datetime


class Recorder:
    """What this process did since it was last asked. Safe to use from any thread."""

    def __init__(self, slow_ms: float = 1000.0) -> None:
        self.slow_ms = slow_ms
        self._lock = threading.Lock()
        self._series: dict[Operation, Series] = {}
        self._samples: list[Sample] = []

    def record(
        self, operation: Operation, ms: float, *, error: str | None = None, items: int = 1, chain: UUID | None = None
    ) -> None:
        """Count one operation that took ``ms``; with an ``error`` it failed. ``chain``: of the current one if None."""
        bucket = bisect_left(BOUNDS, ms)
        with self._lock:
            series = self._series.get(operation) or self._new(operation)
            series.count += 1
            series.items += items
            series.ms += ms
            series.buckets[bucket] += 1
            if ms > series.slowest_ms:
                series.slowest_ms, series.slowest_chain = ms, chain or correlation.known()
            if error is None and ms < self.slow_ms:
                return
            series.failures += error is not None
            self._keep(operation, ms, error, chain or correlation.known())

    def _new(self, operation: Operation) -> Series:
        if len(self._series) >= MOST_OPERATIONS:
            operation = OTHER
        return self._series.setdefault(operation, Series())

    def _keep(self, operation: Operation, ms: float, error: str | None, chain: UUID | None) -> None:
        if len(self._samples) < MOST_SAMPLES:
            text = redact(error or "")[:_ERROR_LENGTH]
            self._samples.append(Sample(operation, ms, error is None, chain, text, clock.now()))

    def take(self) -> tuple[dict[Operation, Series], list[Sample]]:
        """What was counted since the last time."""
        with self._lock:
            series, self._series = self._series, {}
            samples, self._samples = self._samples, []
        return series, samples


recorder = Recorder()
record = recorder.record


@contextmanager
def measured(operation: Operation, *, items: int = 1, chain: UUID | None = None) -> Iterator[None]:
    """Count what happens inside. What the domain refuses is an answer; any other exception is a failure."""
    started = perf_counter()
    error: str | None = None
    try:
        yield
    except DomainError:
        raise
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"
        raise
    finally:
        record(operation, (perf_counter() - started) * 1000, error=error, items=items, chain=chain)


def named(kind: Kind, function: Callable[..., object]) -> Operation:
    """The operation that is a module's function: its top-level package and its name (our own project is ``core``)."""
    module = function.__module__.partition(".")[0]
    return Operation(kind, "core" if module == "yabot" else module, getattr(function, "__name__", "call"))


def quantile(buckets: Sequence[int], share: float) -> float | None:
    """Below how many milliseconds ``share`` of the operations stayed, read from a histogram; None without any.

    Linear within a bucket; what is slower than the last bound counts as that bound.
    """
    wanted, below, low = share * sum(buckets), 0.0, 0.0
    if not wanted:
        return None
    for count, high in zip(buckets, BOUNDS, strict=False):
        if count and below + count >= wanted:
            return low + (high - low) * (wanted - below) / count
        below, low = below + count, high
    return BOUNDS[-1]
