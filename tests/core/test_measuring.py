"""Counts become rows: in bulk, once, over any number of processes, and are folded and forgotten in time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from tests.engine import sql_only
from tests.factories import core as factories
from yabot.core import folding, measuring, readings
from yabot.core.ids import uuid7
from yabot.core.measuring import Writer
from yabot.core.metrics import Kind, Operation, Recorder
from yabot.core.models import OperationCount, OperationSample, ProcessReport, QueueSample

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEND = Operation(Kind.SEND, "core", "sendMessage")
JOB = Operation(Kind.JOB, "core", "prove_ledger")
Span = OperationCount.Span


class Process:
    """Something that counts and writes."""

    def __init__(self, role: str = "bot") -> None:
        self.recorder = Recorder()
        self.writer = Writer(role, self.recorder)

    def do(self, operation: Operation = SEND, ms: float = 5.0, **more: object) -> "Process":
        self.recorder.record(operation, ms, **more)  # type: ignore[arg-type]
        return self

    def flush(self) -> "Process":
        self.writer.flush()
        return self


@pytest.fixture
def at() -> Callable[[timedelta], time_machine.travel]:
    """The moment so long after noon, standing still."""
    return lambda later: time_machine.travel(NOON + later, tick=False)


def counts(span: Span) -> list[int]:
    return sorted(OperationCount.objects.filter(span=span).values_list("count", flat=True))


def test_counts_of_a_minute_are_one_row_however_often_they_are_written(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta()):
        process = Process().do().flush()
    with at(timedelta(seconds=20)):
        process.do(ms=7).flush()

    (row,) = OperationCount.objects.filter(span=Span.MINUTE)
    assert (row.at, row.count, row.ms, row.slowest_ms, row.kind, row.name) == (NOON, 2, 12, 7, "send", "sendMessage")


def test_each_minute_has_a_row_and_the_total_has_one(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta()):
        process = Process().do().flush()
    with at(timedelta(minutes=1)):
        process.do().do().flush()

    assert counts(Span.MINUTE) == [1, 2]
    assert counts(Span.EVER) == [3]


def test_processes_are_added_up(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta()):
        for role in ("bot", "web"):
            Process(role).do().do(error="no").flush()

    total = readings.totals()[SEND]
    assert (total.count, total.failures) == (4, 2)


def test_what_was_slow_or_failed_is_a_row_with_its_chain() -> None:
    chain = uuid7()
    Process().do(ms=5000, chain=chain).do(error="403 Forbidden").do().flush()

    slow, failed = OperationSample.objects.order_by("id")
    assert (slow.correlation_id, slow.success, slow.ms) == (chain, True, 5000)
    assert (failed.error, failed.success) == ("403 Forbidden", False)


def test_a_flush_takes_few_statements_for_any_number_of_operations() -> None:
    process = Process().do(JOB).do(error="no").flush()
    for number in range(50):
        process.do(Operation(Kind.HTTP, "web", f"GET /{number}")).do(JOB, error="no")

    with CaptureQueriesContext(connection) as captured:
        process.flush()

    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) <= 6


@sql_only
def test_nothing_new_writes_nothing_but_that_the_process_lives() -> None:
    process = Process().do().flush()

    with CaptureQueriesContext(connection) as captured:
        process.flush()

    assert [query["sql"].split()[0] for query in captured if "core_" in query["sql"]] == ["UPDATE"]


@sql_only
def test_what_could_not_be_written_is_written_later() -> None:
    def refuse(execute: Callable, sql: str, params: object, many: bool, context: object) -> None:
        raise OperationalError("disk I/O error")

    process = Process().do(error="no")
    with pytest.raises(OperationalError), connection.execute_wrapper(refuse):
        process.flush()
    process.do().flush()

    assert counts(Span.EVER) == [2]
    assert OperationSample.objects.count() == 1


def test_a_process_says_what_it_is_and_how_much_it_uses() -> None:
    process = Process("web").flush()

    (report,) = readings.processes()
    assert (report.pk, report.role) == (process.writer.process, "web")
    assert report.memory > 1_000_000
    assert report.threads >= 1


def test_a_process_that_is_silent_is_not_among_the_living(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta()):
        Process().flush()
    with at(timedelta(minutes=2)):
        assert readings.processes() == []


def test_totals_never_shrink_when_processes_end(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta()):
        Process().do().do(JOB).flush()
        Process().do().flush()
    with at(timedelta(hours=2)):
        lives = Process().do().flush()
        folding.tidy()
        folding.tidy()

        assert {operation: series.count for operation, series in readings.totals().items()} == {SEND: 3, JOB: 1}
        assert [report.pk for report in ProcessReport.objects.all()] == [lives.writer.process]
        assert OperationCount.objects.filter(span=Span.EVER).count() == 3


def test_a_process_that_was_frozen_and_folded_counts_on_from_nothing(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta()):
        frozen = Process().do().do().flush()
    with at(timedelta(hours=2)):
        folding.tidy()
        frozen.do().flush()
        frozen.do().flush()

        assert readings.totals()[SEND].count == 3


def test_the_minutes_of_an_hour_become_one_row(at) -> None:  # type: ignore[no-untyped-def]
    process = Process()
    for minute in (1, 30, 59, 61):
        with at(timedelta(minutes=minute)):
            process.do(ms=minute).flush()
    with at(timedelta(hours=1, minutes=10)):
        folding.tidy()
        folding.tidy()

    (hour,) = OperationCount.objects.filter(span=Span.HOUR)
    assert (hour.at, hour.count, hour.slowest_ms, hour.process) == (NOON, 3, 59, "")


def test_an_hour_is_not_folded_while_somebody_may_still_write_its_last_minute(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta(minutes=59)):
        Process().do().flush()
    with at(timedelta(hours=1, minutes=4)):
        folding.tidy()

    assert counts(Span.HOUR) == []


def test_old_measurements_are_forgotten(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta()):
        Process().do(error="no").flush()
        readings.note_queues()
        folding.fold_hour(NOON)
    with at(timedelta(days=31)):
        folding.tidy()

    assert OperationCount.objects.exclude(span=Span.EVER).count() == 0
    assert (OperationSample.objects.count(), QueueSample.objects.count()) == (0, 0)


def test_no_more_than_some_thousand_samples_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST_SAMPLES", 3)
    for number in range(5):
        Process().do(error=f"{number}").flush()

    folding.tidy()

    assert [sample.error for sample in OperationSample.objects.order_by("id")] == ["2", "3", "4"]


def test_queues_are_noted_with_their_oldest(at) -> None:  # type: ignore[no-untyped-def]
    with at(timedelta()):
        factories.InboundUpdateFactory(state=0)
        factories.DeliveryFactory(dead=True)
    with at(timedelta(seconds=90)):
        readings.note_queues()

    (sample,) = readings.queues_since(NOON)
    assert (sample.inbound, sample.deliveries, sample.outgoing, sample.dead) == (1, 0, 0, 1)
    assert sample.oldest_seconds == 90


def test_rows_of_another_versions_histogram_still_count() -> None:
    OperationCount.objects.create(span=Span.EVER, at=NOON, kind="send", module="core", name="a", count=3, buckets="[3]")

    (series,) = readings.totals().values()
    assert (series.count, sum(series.buckets)) == (3, 0)


@pytest.mark.django_db(transaction=True)
def test_a_process_writes_by_itself_and_once_more_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring.Writer.__init__, "__defaults__", (Recorder(),))
    thread = measuring.Measuring("bot")
    thread.start()
    thread._writer._source.record(SEND, 5.0)

    thread.stop(10)

    assert readings.totals()[SEND].count == 1
    assert not thread.is_alive()
