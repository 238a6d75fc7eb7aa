"""Everything that was measured, in the form Prometheus reads: of all processes, through the rows."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.db.models import Max
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from yabot.core import health, neighbours, readings
from yabot.core.ages import ages
from yabot.core.metrics import BOUNDS, Series
from yabot.core.models import Heartbeat, JobRun

OPERATION = ("kind", "module", "name")


class Measurements:
    """A collector that reads the rows each time it is asked."""

    def collect(self) -> Iterator[Metric]:
        """Every family of metrics."""
        yield from _operations()
        yield from _queues()
        yield from _health()
        yield from _beats()
        yield from _processes()
        yield _circuits()


def text() -> bytes:
    """The exposition, with the web process's own memory, processor time and collections beside the rows' numbers."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(Measurements())
    return generate_latest(registry)


def _operations() -> Iterator[Metric]:
    count = CounterMetricFamily("yabot_operations", "Operations done.", labels=[*OPERATION, "outcome"])
    items = CounterMetricFamily(
        "yabot_operation_items", "What operations were about: events, updates.", labels=OPERATION
    )
    times = HistogramMetricFamily("yabot_operation_seconds", "How long operations took.", labels=OPERATION)
    for operation, series in readings.totals().items():
        count.add_metric([*operation, "ok"], series.count - series.failures)
        count.add_metric([*operation, "failed"], series.failures)
        items.add_metric(operation, series.items)
        times.add_metric(operation, _cumulative(series), series.ms / 1000)
    yield from (count, items, times)


def _cumulative(series: Series) -> list[tuple[str, float]]:
    ends = [*(f"{bound / 1000:g}" for bound in BOUNDS), "+Inf"]
    return [(end, float(sum(series.buckets[: place + 1]))) for place, end in enumerate(ends)]


def _queues() -> Iterator[Metric]:
    depth = GaugeMetricFamily("yabot_queue_depth", "What waits; dead: deliveries given up.", labels=["queue"])
    for queue, number in asdict(health.queues()).items():
        depth.add_metric([queue], number)
    oldest = GaugeMetricFamily("yabot_queue_oldest_seconds", "How late the oldest one is.", labels=["queue"])
    for queue, seconds in ages().items():
        oldest.add_metric([queue], seconds)
    undecided = health.undecided_messages()
    yield from (
        depth,
        oldest,
        GaugeMetricFamily("yabot_messages_undecided", "Messages that wait for a person.", undecided),
    )


def _health() -> Iterator[Metric]:
    found = health.findings()
    parts = GaugeMetricFamily("yabot_health", "1 where a part is well (ledger: the books add up).", labels=["part"])
    for finding in found:
        parts.add_metric([finding.name], finding.ok)
    yield from (parts, GaugeMetricFamily("yabot_ready", "What /health/ready says.", health.is_healthy(found)))


def _circuits() -> Metric:
    shut = GaugeMetricFamily("yabot_circuit_open", "1 while nobody may ask.", labels=["module", "operation"])
    for name, is_open in neighbours.circuits():
        shut.add_metric(name.split(":"), is_open)
    return shut


def _beats() -> Iterator[Metric]:
    beats = GaugeMetricFamily("yabot_heartbeat_timestamp_seconds", "The last word of a part.", labels=["part"])
    good = GaugeMetricFamily("yabot_heartbeat_good_timestamp_seconds", "Its last success.", labels=["part"])
    for beat in Heartbeat.objects.all():
        beats.add_metric([beat.pk], beat.beat_at.timestamp())
        if beat.good_at:
            good.add_metric([beat.pk], beat.good_at.timestamp())
    jobs = GaugeMetricFamily("yabot_job_last_start_timestamp_seconds", "When a job last began.", labels=["job"])
    last: Any = JobRun.objects.order_by("job").values_list("job").annotate(last=Max("started_at"))
    for job, moment in last:
        jobs.add_metric([job], moment.timestamp())
    yield from (beats, good, jobs)


def _processes() -> Iterator[Metric]:
    labels = ["role", "process"]
    memory = GaugeMetricFamily("yabot_process_resident_memory_bytes", "Memory of each process.", labels=labels)
    cpu = CounterMetricFamily("yabot_process_cpu_seconds", "Processor time of each process.", labels=labels)
    start = GaugeMetricFamily("yabot_process_start_time_seconds", "When each process began.", labels=labels)
    for process in readings.processes():
        names = [process.role, process.pk]
        memory.add_metric(names, process.memory)
        cpu.add_metric(names, process.cpu_seconds)
        start.add_metric(names, process.started_at.timestamp())
    yield from (memory, cpu, start)
