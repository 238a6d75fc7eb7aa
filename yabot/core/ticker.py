"""Periodic jobs: each due time is a row that only one ticker can make, so any number of tickers is safe.

A job asks "what is due?", never "what happened at this tick?": after a gap of ten hours it runs once.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError

from yabot.core import clock, faults
from yabot.core.metrics import Kind, Operation, measured
from yabot.core.models import JobRun
from yabot.core.redaction import redact
from yabot.core.transactions import atomic

log = logging.getLogger(__name__)
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
    """Runs what is due. Remembers the last due times only to save queries."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._seen: dict[str, datetime] = {}

    def tick(self) -> list[str]:
        """Run every job whose due time nobody has taken; their names."""
        now = clock.now()
        return [job.name for job in self._jobs if self._is_new(job, now) and run(job, job.due_at(now))]

    def _is_new(self, job: Job, now: datetime) -> bool:
        due_at = job.due_at(now)
        if self._seen.get(job.name) == due_at:
            return False
        self._seen[job.name] = due_at
        return True


def run(job: Job, due_at: datetime) -> bool:
    """Run ``job`` for ``due_at`` unless that is taken; whether it ran. A failure is noted and tried again."""
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
    if JobRun.objects.filter(job=name, due_at=due_at).exists():
        return None
    return JobRun.objects.create(job=name, due_at=due_at)


@atomic
def _finish(taken: JobRun, error: str) -> None:
    JobRun.objects.filter(pk=taken.pk).update(finished_at=clock.now(), error=error)


@atomic
def forget_old_runs(*, keep: timedelta = timedelta(days=7)) -> int:
    """Delete the records of runs older than ``keep``; how many."""
    return JobRun.objects.filter(due_at__lt=clock.now() - keep).delete()[0]
