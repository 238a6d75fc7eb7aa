"""Beat's scheduler: the jobs of ``schedule.py`` as rows of django-celery-beat, each due at the job's own moments.

Any number of beats may run: a job's moment is a row that only one worker can take (``core/ticker.py``).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from celery.schedules import schedstate, schedule
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, InterfaceError, close_old_connections
from django.db.models import QuerySet
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from yabot import schedule as jobs
from yabot.celery import queue_of
from yabot.core import clock, health, measuring
from yabot.core.ticker import Job
from yabot.core.transactions import atomic

TASK = "yabot.run_job"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
WORD_SECONDS = 10.0


class Moments(schedule):
    """Due when the job has a moment after the last run, and next at its next moment."""

    def __init__(self, job: Job) -> None:
        super().__init__(run_every=job.every)
        self._job = job

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Whether to send it now, and in how many seconds to look again."""
        now = clock.now()
        due_at = self._job.due_at(now)
        return schedstate(last_run_at < due_at, (due_at + self._job.every - now).total_seconds())


class Entry(ModelEntry):
    """One row, due at its job's moments. One that never ran is due."""

    def __init__(self, model: PeriodicTask, app: Any = None) -> None:
        model.last_run_at = model.last_run_at or LONG_AGO
        super().__init__(model, app=app)
        job = jobs.job(model.name)
        if job is not None:
            self.schedule = Moments(job)


class Scheduler(DatabaseScheduler):
    """Reads the rows of our jobs, and says every some seconds that it lives."""

    Entry = Entry
    _word_at = LONG_AGO

    def setup_schedule(self) -> None:
        """Make the rows what ``schedule.py`` says."""
        fill()
        measuring.start("beat")

    def enabled_models_qs(self) -> "QuerySet[PeriodicTask]":
        """The rows of our jobs and no others."""
        ours: QuerySet[PeriodicTask] = PeriodicTask.objects.filter(enabled=True)
        return ours.filter(name__in=[job.name for job in jobs.JOBS])

    def tick(self, *args: Any, **values: Any) -> Any:
        """Send what is due. A database that is away is waited out."""
        try:
            self._say_a_word()
            return super().tick(*args, **values)
        except (DatabaseError, InterfaceError):
            close_old_connections()
            return self.max_interval

    def _say_a_word(self) -> None:
        if clock.now() - self._word_at > timedelta(seconds=WORD_SECONDS):
            health.note([health.Beat(health.BEAT, True)])
            self._word_at = clock.now()


@atomic
def fill() -> None:
    """One row for each job, as ``schedule.py`` says; rows of jobs that are no more are deleted."""
    known = {row.name: row for row in PeriodicTask.objects.filter(task=TASK)}
    for job in jobs.EVERY_JOB:
        row = known.pop(job.name, None) or PeriodicTask(name=job.name, task=TASK)
        wanted = {
            "args": f'["{job.name}"]',
            "interval": _interval(job),
            "queue": queue_of(job.module),
            "expire_seconds": int(job.every.total_seconds()),
            "enabled": True,
        }
        if any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            _save(row)
    for row in known.values():
        row.delete()


def _save(row: PeriodicTask) -> None:
    """Its own check of uniqueness, told as what it is: another beat wrote the row first, so look again."""
    try:
        row.save()
    except ValidationError as error:
        raise IntegrityError(str(error)) from error


def _interval(job: Job) -> IntervalSchedule:
    seconds = int(job.every.total_seconds())
    found = IntervalSchedule.objects.filter(every=seconds, period=IntervalSchedule.SECONDS).first()
    return found or IntervalSchedule.objects.create(every=seconds, period=IntervalSchedule.SECONDS)
