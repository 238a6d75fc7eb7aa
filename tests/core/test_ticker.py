from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from yabot.core import clock, retention, ticker
from yabot.core.models import InboundUpdate, JobRun, UpdateState
from yabot.core.ticker import Job, Ticker

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def every_minute(runs: list[datetime]) -> Job:
    return Job("count", timedelta(minutes=1), lambda: runs.append(clock.now()))


def test_a_job_runs_once_for_each_due_time_whoever_ticks():
    runs: list[datetime] = []
    tickers = [Ticker([every_minute(runs)]) for _ in range(3)]
    for seconds in (0, 10, 59, 60, 61, 130):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            for each in tickers:
                each.tick()

    assert [run - NOON for run in runs] == [timedelta(seconds=s) for s in (0, 60, 130)]
    assert JobRun.objects.count() == 3


def test_after_ten_hours_of_silence_a_job_runs_once():
    runs: list[datetime] = []
    each = Ticker([every_minute(runs)])
    for hours in (0, 10):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            each.tick()

    assert len(runs) == 2


def test_a_job_that_fails_is_noted_and_stops_no_other(expected_errors):
    expected_errors.append("the job broken failed")
    runs: list[datetime] = []
    with time_machine.travel(NOON, tick=False):
        done = Ticker([Job("broken", timedelta(hours=1), lambda: 1 / 0), every_minute(runs)]).tick()

    assert done == ["broken", "count"]
    assert "ZeroDivisionError" in JobRun.objects.get(job="broken").error
    assert JobRun.objects.get(job="count").finished_at is not None


def test_old_runs_are_forgotten():
    for age in (1, 8):
        JobRun.objects.create(job="count", due_at=clock.now() - timedelta(days=age))

    assert ticker.forget_old_runs() == 1


def test_raw_updates_are_kept_for_thirty_days_unless_they_still_wait():
    for number, (days, state) in enumerate([(29, UpdateState.DONE), (31, UpdateState.DONE), (31, UpdateState.WAITING)]):
        received = clock.now() - timedelta(days=days)
        InboundUpdate.objects.create(id=number, kind="message", payload="{}", state=state, received_at=received)

    assert retention.forget_old_updates() == 1
    assert set(InboundUpdate.objects.values_list("pk", flat=True)) == {0, 2}


def test_every_job_of_the_schedule_may_run_twice():
    from yabot.schedule import JOBS

    for job in [*JOBS, *JOBS]:
        job.run()

    assert len({job.name for job in JOBS}) == len(JOBS)
