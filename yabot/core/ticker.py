"""Periodic jobs: each due time is a row that only one ticker can make, so any number of tickers is safe.

A job asks "what is due?", never "what happened at this tick?": after a gap of ten hours it runs once. A run whose
process died is taken over, at once on the same host, elsewhere when no run should take that long. A worker ends a job
that takes too long with its process; ``runbot`` cannot end a thread, and would not end the bot for it: its jobs have
no limit but those of what they wait for, and one that is taken for dead leaves the record to whoever took it over.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError
from django.db.models import Q

from yabot.core import clock, faults, leases
from yabot.core.metrics import Kind, Operation, measured
from yabot.core.models import JobRun
from yabot.core.redaction import redact
from yabot.core.transactions import atomic

log = logging.getLogger(__name__)
TRIES = 3  # for a run whose process dies: it may be the job that kills it
LONGEST = timedelta(minutes=15)  # longer than a worker lets a job run (yabot/celery.py)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often; ``run`` may be called twice for the same moment and must not mind."""

    name: str
    every: timedelta
    run: Callable[[], object]

    @property
    def module(self) -> str:
        """Whose job it is: the top-level package of what it runs."""
        return self.run.__module__.partition(".")[0]

    def due_at(self, now: datetime) -> datetime:
        """The last moment at which this job became due."""
        return _EPOCH + (now - _EPOCH) // self.every * self.every


class Ticker:
    """Runs what is due, or with ``patience`` what others have not begun for so long. Remembers only to save queries."""

    def __init__(self, jobs: Sequence[Job], *, patience: timedelta = timedelta(0)) -> None:
        self._jobs = jobs
        self._patience = patience
        self._seen: dict[str, datetime] = {}

    def tick(self) -> list[str]:
        """Run every job whose due time nobody has taken, or only somebody who died; their names."""
        then = clock.now() - self._patience
        return [job.name for job in self._jobs if self._seen.get(job.name) != job.due_at(then) and self._run(job, then)]

    def _run(self, job: Job, then: datetime) -> bool:
        due_at = job.due_at(then)
        ran = run(job, due_at)
        if ran or is_settled(job, due_at):
            self._seen[job.name] = due_at
        return ran


def is_settled(job: Job, due_at: datetime) -> bool:
    """Whether nothing is left to do about this due time."""
    over = Q(finished_at__isnull=False) | Q(attempts__gte=TRIES)
    return JobRun.objects.filter(over, job=job.name, due_at=due_at).exists()


def run(job: Job, due_at: datetime) -> bool:
    """Run ``job`` for ``due_at`` unless that is taken; whether it ran. A failure is noted and left to the next time."""
    try:
        taken = _take(job.name, due_at)
    except IntegrityError:
        return False
    if taken is None:
        return False
    faults.point("in_tick")
    error = ""
    try:
        with measured(Operation(Kind.JOB, "core", job.name)):
            job.run()
    except Exception as problem:
        error = redact(f"{type(problem).__name__}: {problem}")
        log.exception("the job %s failed", job.name)
    _finish(taken, error)
    return True


@atomic
def _take(name: str, due_at: datetime) -> JobRun | None:
    found = JobRun.objects.filter(job=name, due_at=due_at).first()
    if found is None:
        return JobRun.objects.create(job=name, due_at=due_at, owner=leases.new_owner())
    return found if _is_abandoned(found) and _take_over(found) else None


def _is_abandoned(found: JobRun) -> bool:
    if found.finished_at is not None or found.attempts >= TRIES:
        return False
    return leases.is_gone(found.owner) or found.started_at < clock.now() - LONGEST


def _take_over(found: JobRun) -> bool:
    theirs = JobRun.objects.filter(pk=found.pk, owner=found.owner, attempts=found.attempts)
    found.owner, found.started_at, found.attempts = leases.new_owner(), clock.now(), found.attempts + 1
    return bool(theirs.update(owner=found.owner, started_at=found.started_at, attempts=found.attempts))


@atomic
def _finish(taken: JobRun, error: str) -> None:
    """Only of one's own run: whoever took it over tells how theirs ended."""
    mine = JobRun.objects.filter(pk=taken.pk, owner=taken.owner, attempts=taken.attempts)
    if not mine.update(finished_at=clock.now(), error=error):
        log.warning("the job %s took so long that somebody else has begun it again", taken.job)


@atomic
def forget_old_runs(*, keep: timedelta = timedelta(days=7)) -> int:
    """Delete the records of runs older than ``keep``; how many."""
    return JobRun.objects.filter(due_at__lt=clock.now() - keep).delete()[0]
