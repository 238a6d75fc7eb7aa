"""Reads what every process measured: operations over time, totals, queues, processes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from yabot.core import clock, health
from yabot.core.ages import ages
from yabot.core.metrics import BOUNDS, Operation, Series
from yabot.core.models import OperationCount, ProcessReport, QueueSample

Span = OperationCount.Span
SILENT = timedelta(seconds=60)  # a process that said nothing for so long has ended, or hangs
_NUMBERS = ("count", "items", "failures", "ms", "slowest_ms", "slowest_chain")
_COLUMNS = ("at", "kind", "module", "name", *_NUMBERS, "buckets")


@dataclass(frozen=True, slots=True)
class Reading:
    """One operation within one span of time, of all processes or of one."""

    at: datetime
    operation: Operation
    series: Series


def totals() -> dict[Operation, Series]:
    """Everything that was ever counted, processes that ended included. These numbers only grow."""
    found: dict[Operation, Series] = defaultdict(Series)
    for reading in read(OperationCount.objects.filter(span=Span.EVER)):
        found[reading.operation].merge(reading.series)
    return dict(found)


def since(moment: datetime, *, span: Span) -> list[Reading]:
    """What was measured from ``moment`` on, a reading for each operation, span and process."""
    return list(read(OperationCount.objects.filter(span=span, at__gte=moment)))


def read(found: Any) -> Iterator[Reading]:
    """Rows of counts as values."""
    rows = found.order_by().values_list(*_COLUMNS)
    for at, kind, module, name, count, items, failures, ms, slowest, chain, buckets in rows:
        series = Series(count, items, failures, ms, slowest, chain, _buckets(buckets))
        yield Reading(at, Operation(kind, module, name), series)


def _buckets(text: str) -> list[int]:
    """The histogram; one of another version's bounds counts for nothing."""
    found = orjson.loads(text)
    return found if len(found) == len(BOUNDS) + 1 else [0] * (len(BOUNDS) + 1)


def queues_since(moment: datetime) -> list[QueueSample]:
    """How long the queues were, oldest first."""
    return list(QueueSample.objects.filter(at__gte=moment).order_by("at"))


def note_queues() -> None:
    """Write down how much waits now: a periodic job, whichever process runs it."""
    waiting, oldest = health.queues(), ages()
    QueueSample.objects.create(
        inbound=waiting.inbound,
        deliveries=waiting.deliveries,
        outgoing=waiting.outgoing,
        dead=waiting.dead,
        oldest_seconds=max(oldest.values()),
    )


def processes() -> list[ProcessReport]:
    """The processes that live, as far as anybody knows."""
    return list(ProcessReport.objects.filter(seen_at__gte=clock.now() - SILENT))
