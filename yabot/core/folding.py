"""Keeps measurements small: minutes become hours, totals of ended processes become one, the rest is forgotten."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import orjson
from django.db.models import QuerySet

from yabot.core import clock
from yabot.core.metrics import Operation, Series
from yabot.core.models import OperationCount, OperationSample, ProcessReport, QueueSample
from yabot.core.readings import read
from yabot.core.transactions import atomic

Span = OperationCount.Span
HOUR = timedelta(hours=1)
MINUTES_KEPT = timedelta(hours=6)
HOURS_KEPT = timedelta(days=30)
QUEUES_KEPT = timedelta(days=8)
SAMPLES_KEPT = timedelta(days=7)
MOST_SAMPLES = 5_000
ENDED = timedelta(hours=1)  # a process that is silent for so long will not come back
LATE = timedelta(minutes=5)  # an hour is folded when even the slowest process has written its last minute
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def tidy() -> None:
    """Fold and forget: a periodic job that may run any number of times."""
    now = clock.now()
    for hour in _hours_to_fold(now):
        fold_hour(hour)
    fold_ended(now - ENDED)
    forget(now)


def _hours_to_fold(now: datetime) -> list[datetime]:
    """The full hours whose minutes are kept and that have no rows of their own yet."""
    last = (now - LATE).replace(minute=0, second=0, microsecond=0)
    hours = [last - HOUR * number for number in range(1, int(MINUTES_KEPT / HOUR))]
    done = set(OperationCount.objects.filter(span=Span.HOUR, at__in=hours).values_list("at", flat=True))
    return [hour for hour in hours if hour not in done]


@atomic
def fold_hour(hour: datetime) -> int:
    """Add up the minutes of this hour over all processes; how many operations it had. Nothing when that was done."""
    if OperationCount.objects.filter(span=Span.HOUR, at=hour).exists():
        return 0
    minutes = OperationCount.objects.filter(span=Span.MINUTE, at__gte=hour, at__lt=hour + HOUR)
    folded = _sum(minutes)
    OperationCount.objects.bulk_create(_row(Span.HOUR, hour, operation, series) for operation, series in folded.items())
    return len(folded)


@atomic
def fold_ended(before: datetime) -> int:
    """Add the totals of processes that ended to those without a process, so that totals never shrink; how many."""
    ended = list(ProcessReport.objects.filter(seen_at__lt=before).values_list("pk", flat=True))
    if not ended:
        return 0
    old = OperationCount.objects.filter(span=Span.EVER, process__in=["", *ended])
    folded = _sum(old)
    old.delete()
    OperationCount.objects.bulk_create(
        _row(Span.EVER, BEGINNING, operation, series) for operation, series in folded.items()
    )
    return ProcessReport.objects.filter(pk__in=ended).delete()[0]


@atomic
def forget(now: datetime) -> None:
    """Delete what is older than anybody looks at, and slow or failed samples beyond the newest thousands."""
    OperationCount.objects.filter(span=Span.MINUTE, at__lt=now - MINUTES_KEPT).delete()
    OperationCount.objects.filter(span=Span.HOUR, at__lt=now - HOURS_KEPT).delete()
    QueueSample.objects.filter(at__lt=now - QUEUES_KEPT).delete()
    OperationSample.objects.filter(at__lt=now - SAMPLES_KEPT).delete()
    beyond = list(OperationSample.objects.order_by("-id").values_list("pk", flat=True)[MOST_SAMPLES : MOST_SAMPLES + 1])
    if beyond:
        OperationSample.objects.filter(pk__lte=beyond[0]).delete()


def _sum(counts: QuerySet[OperationCount]) -> dict[Operation, Series]:
    found: dict[Operation, Series] = defaultdict(Series)
    for reading in read(counts):
        found[reading.operation].merge(reading.series)
    return dict(found)


def _row(span: Span, at: datetime, operation: Operation, series: Series) -> OperationCount:
    kind, module, name = operation
    counted = {part: getattr(series, part) for part in ("count", "items", "failures", "ms", "slowest_ms")}
    buckets = orjson.dumps(series.buckets).decode()
    return OperationCount(
        span=span,
        at=at,
        kind=kind,
        module=module,
        name=name,
        buckets=buckets,
        slowest_chain=series.slowest_chain,
        **counted,
    )
