"""Who does what right now, and what was done when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class Lease(models.Model):
    """The right to do one thing alone, until it runs out. Taken and renewed by conditional updates."""

    name = models.CharField(primary_key=True, max_length=64)
    owner = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.name}: {self.owner}"


class Heartbeat(models.Model):
    """The last time a part of the system said how it is."""

    name = models.CharField(_("parte"), primary_key=True, max_length=64)
    beat_at = models.DateTimeField(_("última señal"), default=clock.now)
    good_at = models.DateTimeField(_("último éxito"), null=True)
    detail = models.TextField(_("detalle"), blank=True)

    class Meta:
        verbose_name = _("señal de vida")
        verbose_name_plural = _("señales de vida")

    def __str__(self) -> str:
        return self.name


class JobRun(models.Model):
    """A periodic job's run at one due time: the unique row makes any number of tickers safe."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.CharField(_("tarea"), max_length=64)
    due_at = models.DateTimeField(_("le tocaba"))
    started_at = models.DateTimeField(_("empezó"), default=clock.now)
    finished_at = models.DateTimeField(_("terminó"), null=True)
    error = models.TextField(_("error"), blank=True)
    owner = models.CharField(_("quién la ejecuta"), max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(_("intentos"), default=1)

    class Meta:
        verbose_name = _("tarea periódica")
        verbose_name_plural = _("tareas periódicas")
        ordering = ["-due_at"]
        constraints = [models.UniqueConstraint(fields=["job", "due_at"], name="core_job_once")]
        indexes = [models.Index(fields=["-started_at"], name="core_job_started")]

    def __str__(self) -> str:
        return f"{self.job} {self.due_at:%F %T}"
