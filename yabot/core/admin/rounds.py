"""What runs by itself, for the status page: each job's last run, and each living process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from yabot.core import clock, readings
from yabot.core.admin.base import Tone
from yabot.core.admin.reading import milliseconds
from yabot.core.chains import Text
from yabot.core.models import JobRun, ProcessReport
from yabot.core.ticker import Job

PATIENCE = timedelta(minutes=5)  # how late a job may be before anybody needs to know


@dataclass(frozen=True, slots=True)
class Round:
    """A job and how its last run went. ``advice`` says what to do, and is empty while all is well."""

    name: str
    title: Text
    last: datetime | None
    took: str
    state: str
    tone: Tone
    advice: str


def rounds(jobs: Sequence[Job], titles: Mapping[str, Text]) -> list[Round]:
    """Each job with its last run: two statements."""
    newest = JobRun.objects.order_by("job").values("job").annotate(last=Max("due_at"))
    due = {row["job"]: row["last"] for row in newest}
    runs = {
        run.job: run
        for run in JobRun.objects.filter(job__in=due, due_at__in=due.values())
        if run.due_at == due[run.job]
    }
    return [_round(job, titles.get(job.name, job.name), runs.get(job.name)) for job in jobs]


def _round(job: Job, title: Text, run: JobRun | None) -> Round:
    if run is None:
        return Round(job.name, title, None, "—", _("aún no"), Tone.MUTED, "")
    took = milliseconds((run.finished_at - run.started_at).total_seconds()) if run.finished_at else "—"
    state, tone, advice = _state(job, run)
    return Round(job.name, title, run.started_at, took, state, tone, advice)


def _state(job: Job, run: JobRun) -> tuple[str, Tone, str]:
    if run.error:
        advice = _("Se repite sola a su hora. Si vuelve a fallar, avisa a quien lleva el sistema: %(error)s")
        return _("falló"), Tone.BAD, advice % {"error": run.error}
    if clock.now() - run.due_at > job.every * 2 + PATIENCE:
        return _("no corre"), Tone.WARNING, _("Comprueba que «runbot» (o beat y un worker) están en marcha.")
    if run.finished_at is None:
        return _("en marcha"), Tone.CALM, ""
    return _("hecha"), Tone.GOOD, ""


@dataclass(frozen=True, slots=True)
class Living:
    """A process as the page shows it."""

    role: Text
    name: str
    since: datetime
    megabytes: int
    threads: int


def living() -> list[Living]:
    """The processes that said something within the last minute."""
    return [_shown(report) for report in readings.processes()]


def _shown(report: ProcessReport) -> Living:
    roles = {"bot": _("bot"), "web": _("web y API"), "worker": _("ayudante"), "beat": _("reloj")}
    role = roles.get(report.role, report.role)
    return Living(role, report.pk, report.started_at, report.memory // 1_000_000, report.threads)
