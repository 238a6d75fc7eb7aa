import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from yabot.core import clock, leases, retention, ticker
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


def test_whoever_looks_behind_others_does_only_what_nobody_began():
    runs: list[datetime] = []
    first, behind = Ticker([every_minute(runs)]), Ticker([every_minute(runs)], patience=timedelta(seconds=30))
    ran: list[tuple[int, str]] = []
    for seconds, ticker_of_this_moment in ((0, first), (40, behind), (70, behind), (95, behind), (125, behind)):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            ran += [(seconds, name) for name in ticker_of_this_moment.tick()]

    assert ran == [(0, "count"), (95, "count")]
    assert [run.due_at - NOON for run in JobRun.objects.order_by("due_at")] == [timedelta(0), timedelta(seconds=60)]


def begun(owner: str, **facts) -> JobRun:
    """A run that somebody began at noon and has not finished."""
    facts = {"started_at": NOON, **facts}
    return JobRun.objects.create(job="count", due_at=NOON, owner=owner, **facts)


def tick_at(moment: datetime, runs: list[datetime], each: Ticker | None = None) -> list[str]:
    with time_machine.travel(moment, tick=False):
        return (each or Ticker([every_minute(runs)])).tick()


def test_a_run_whose_process_died_here_is_taken_over_at_once():
    runs: list[datetime] = []
    run = begun(gone())
    each = Ticker([every_minute(runs)])

    assert tick_at(NOON + timedelta(seconds=5), runs, each) == ["count"]
    assert tick_at(NOON + timedelta(seconds=10), runs, each) == []
    run.refresh_from_db()
    assert (run.attempts, run.finished_at is not None, len(runs)) == (2, True, 1)


def gone() -> str:
    """A process of this host that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"{leases.new_owner().partition(':')[0]}:{process.pid}:a"


@pytest.mark.parametrize(("minutes", "taken"), [(14, False), (16, True)])
def test_a_run_elsewhere_is_taken_over_when_no_run_takes_so_long(minutes, taken):
    runs: list[datetime] = []
    job = Job("count", timedelta(hours=1), lambda: runs.append(clock.now()))
    begun("elsewhere:1:a")

    assert bool(tick_at(NOON + timedelta(minutes=minutes), runs, Ticker([job]))) is taken


def test_a_job_that_kills_its_process_is_left_alone_some_time():
    runs: list[datetime] = []
    begun(gone(), attempts=ticker.TRIES)

    assert tick_at(NOON, runs) == []
    assert runs == []


def test_a_run_under_way_is_looked_at_again_until_it_is_over():
    runs: list[datetime] = []
    each = Ticker([every_minute(runs)])
    run = begun(leases.new_owner())
    assert tick_at(NOON + timedelta(seconds=5), runs, each) == []
    JobRun.objects.filter(pk=run.pk).update(owner=gone())

    assert tick_at(NOON + timedelta(seconds=10), runs, each) == ["count"]


def test_whoever_was_taken_for_dead_leaves_the_record_to_whoever_took_over():
    late = Ticker([Job("count", timedelta(hours=1), lambda: None)])

    def take_too_long() -> None:
        JobRun.objects.update(started_at=NOON - timedelta(minutes=16))
        assert tick_at(NOON, [], Ticker([Job("count", timedelta(hours=1), fail)])) == ["count"]

    def fail() -> None:
        JobRun.objects.update(owner="elsewhere:1:a", attempts=3)  # and so was the second one

    slow = Ticker([Job("count", timedelta(hours=1), take_too_long)])

    assert tick_at(NOON, [], slow) == ["count"]
    run = JobRun.objects.get()
    assert (run.owner, run.attempts, run.finished_at) == ("elsewhere:1:a", 3, None)
    assert tick_at(NOON, [], late) == []


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
