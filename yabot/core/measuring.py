"""Writes what this process counted into rows, in bulk, every some seconds, from a thread of its own.

Never in the transaction of the work itself. While the database is away the counts grow in memory, within bounds;
what a crash takes along is lost by design: these are measurements, not facts.
"""

import atexit
import logging
import os
import resource
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection

from yabot.core import clock, leases, logs, rows
from yabot.core.database import with_healthy_connection
from yabot.core.ids import uuid7
from yabot.core.metrics import MOST_SAMPLES, Operation, Recorder, Sample, Series, recorder
from yabot.core.models import OperationCount, OperationSample, ProcessReport
from yabot.core.redaction import redact
from yabot.core.transactions import atomic

log = logging.getLogger(__name__)

FLUSH_SECONDS = 10.0
MOST_ROWS = 4_000  # counts kept while they cannot be written
Span = OperationCount.Span
WorkedAt = Callable[[], datetime | None]
_COUNTED = ("count", "items", "failures", "ms", "slowest_ms", "slowest_chain", "buckets")
_COLUMNS = ("id", "span", "at", "process", "kind", "module", "name", *_COUNTED)
_SAMPLE = ("id", "at", "kind", "module", "name", "ms", "success", "error", "correlation_id", "process")


class Forgotten(Exception):
    """Somebody took this process for dead and folded its totals away: it was frozen for a long time."""


@dataclass(slots=True)
class _Row:
    """One row of counts: what it holds and whether the database knows."""

    span: int
    at: datetime
    operation: Operation
    series: Series = field(default_factory=Series)
    id: UUID = field(default_factory=uuid7)
    is_new: bool = True
    is_dirty: bool = True

    def counted(self) -> tuple[Any, ...]:
        """The values that change."""
        s = self.series
        buckets = orjson.dumps(s.buckets).decode()
        return (s.count, s.items, s.failures, s.ms, s.slowest_ms, s.slowest_chain, buckets)


class Writer:
    """One process's counts: takes them from the recorder and overwrites its own rows, two statements for any number."""

    def __init__(self, role: str, source: Recorder = recorder, *, worked_at: WorkedAt | None = None) -> None:
        self.role = role
        self._worked_at = worked_at
        self._source = source
        self._lock = threading.Lock()
        self._samples: list[Sample] = []
        self._begin()

    def _begin(self) -> None:
        self.process = leases.new_owner()
        self._started_at = clock.now()
        self._rows: dict[tuple[int, datetime, Operation], _Row] = {}

    def flush(self) -> None:
        """Write everything that is not written yet. When that fails, the next time writes it."""
        with self._lock:
            minute = clock.now().replace(second=0, microsecond=0)
            self._gather(minute)
            dirty = [row for row in self._rows.values() if row.is_dirty]
            try:
                _write(self.process, self._report(), dirty, self._samples)
            except Forgotten:
                self._begin()
                return
            self._samples = []
            for row in dirty:
                row.is_new = row.is_dirty = False
            self._rows = {key: row for key, row in self._rows.items() if row.span == Span.EVER or row.at == minute}

    def _gather(self, minute: datetime) -> None:
        fresh, samples = self._source.take()
        self._samples = [*self._samples, *samples][-MOST_SAMPLES:]
        for operation, series in fresh.items():
            for span, at in ((int(Span.MINUTE), minute), (int(Span.EVER), self._started_at)):
                key = (span, at, operation)
                if key not in self._rows and len(self._rows) >= MOST_ROWS:
                    continue
                row = self._rows.setdefault(key, _Row(*key))
                row.series.merge(series)
                row.is_dirty = True

    def _report(self) -> dict[str, Any]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "role": self.role,
            "started_at": self._started_at,
            "seen_at": clock.now(),
            "worked_at": self._worked_at() if self._worked_at else None,
            "memory": memory(),
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "threads": threading.active_count(),
        }


@atomic
def _write(process: str, report: dict[str, Any], dirty: Sequence[_Row], samples: Sequence[Sample]) -> None:
    known = [row for row in dirty if not row.is_new]
    found = rows.assign(OperationCount, key="id", columns=_COUNTED, rows=[(row.id, *row.counted()) for row in known])
    if found != len(known):
        raise Forgotten
    new = [(row.id, row.span, row.at, process, *row.operation, *row.counted()) for row in dirty if row.is_new]
    rows.insert(OperationCount, _COLUMNS, new)
    kept = [(uuid7(), s.at, *s.operation, s.ms, s.success, s.error, s.chain, process) for s in samples]
    rows.insert(OperationSample, _SAMPLE, kept)
    if not ProcessReport.objects.filter(pk=process).update(**report):
        ProcessReport.objects.create(name=process, **report)


def memory() -> int:
    """How much memory this process really occupies, in bytes."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):  # no Linux: the most it ever had
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


class Measuring(threading.Thread):
    """Writes the counts of this process every ``FLUSH_SECONDS`` until stopped."""

    def __init__(self, role: str, worked_at: WorkedAt | None = None) -> None:
        super().__init__(name="yabot-metrics", daemon=True)
        self._writer = Writer(role, worked_at=worked_at)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Write now and then; trouble with the database is waited out."""
        logs.prepare()
        try:
            while not self._stopping.wait(FLUSH_SECONDS):
                self._flush()
            self._flush()
        finally:
            connection.close()

    def _flush(self) -> None:
        try:
            with_healthy_connection(self._writer.flush)()
        except Exception as error:  # noqa: BLE001 - measuring must never end, nor end anything
            log.warning("what was measured could not be written yet: %s", redact(repr(error)))

    def stop(self, seconds: float = 2.0) -> None:
        """Write once more and end, within ``seconds``."""
        self._stopping.set()
        self.join(seconds)


def start(role: str, worked_at: WorkedAt | None = None) -> Measuring:
    """Begin to measure this process, under the name of what it does: ``bot``, ``web``, ``worker``. It ends with it.

    ``worked_at`` tells when what delivers and sends in this process last did so well: a process may outlive it.
    """
    recorder.slow_ms = settings.METRICS_SLOW_MS
    thread = Measuring(role, worked_at)
    thread.start()
    atexit.register(thread.stop)
    return thread
