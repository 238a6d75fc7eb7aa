"""What was measured: counts of operations, single slow or failed ones, how long the queues were."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class OperationCount(models.Model):
    """How often one process did one operation within a span of time, and how long it took.

    ``span``: the minute it was written for, an hour (of all processes, folded from minutes), or everything since the
    process began (``at`` is then its beginning; those of ended processes are folded into one without a process).
    ``buckets`` is the histogram over ``yabot.core.metrics.BOUNDS``, as JSON.
    """

    class Span(models.IntegerChoices):
        """How much time a row is about."""

        EVER = 0, _("desde el arranque")
        MINUTE = 60, _("un minuto")
        HOUR = 3600, _("una hora")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    span = models.PositiveIntegerField(_("periodo"), choices=Span.choices)
    at = models.DateTimeField(_("desde"))
    process = models.CharField(_("proceso"), max_length=64, blank=True)
    kind = models.CharField(_("clase"), max_length=16)
    module = models.CharField(_("módulo"), max_length=32)
    name = models.CharField(_("operación"), max_length=120)
    count = models.BigIntegerField(_("veces"), default=0)
    items = models.BigIntegerField(_("elementos"), default=0)
    failures = models.BigIntegerField(_("fallos"), default=0)
    ms = models.FloatField(_("milisegundos en total"), default=0)
    slowest_ms = models.FloatField(_("la más lenta, en milisegundos"), default=0)
    slowest_chain = models.UUIDField(_("cadena de la más lenta"), null=True)
    buckets = models.TextField(_("reparto de tiempos"), default="[]")

    class Meta:
        verbose_name = _("medida")
        verbose_name_plural = _("medidas")
        indexes = [models.Index(fields=["span", "at"], name="core_count_span")]

    def __str__(self) -> str:
        return f"{self.module} {self.name} × {self.count}"


class OperationSample(models.Model):
    """One operation that failed or was slow."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("cuándo"), default=clock.now)
    kind = models.CharField(_("clase"), max_length=16)
    module = models.CharField(_("módulo"), max_length=32)
    name = models.CharField(_("operación"), max_length=120)
    ms = models.FloatField(_("milisegundos"))
    success = models.BooleanField(_("salió bien"))
    error = models.CharField(_("error"), max_length=200, blank=True)
    correlation_id = models.UUIDField(_("cadena"), null=True)
    process = models.CharField(_("proceso"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("operación lenta o fallida")
        verbose_name_plural = _("operaciones lentas o fallidas")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at"], name="core_sample_at"),
            models.Index(fields=["correlation_id"], name="core_sample_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.module} {self.name} {self.ms:.0f} ms"


class ProcessReport(models.Model):
    """What a process last said of itself. One that says nothing more has ended."""

    name = models.CharField(_("proceso"), primary_key=True, max_length=64)
    role = models.CharField(_("hace de"), max_length=16)
    started_at = models.DateTimeField(_("arrancó"))
    seen_at = models.DateTimeField(_("última señal"))
    worked_at = models.DateTimeField(_("trabajó por última vez"), null=True)  # who delivers and sends
    memory = models.BigIntegerField(_("memoria, en bytes"), default=0)
    cpu_seconds = models.FloatField(_("segundos de procesador"), default=0)
    threads = models.PositiveIntegerField(_("hilos"), default=0)

    class Meta:
        verbose_name = _("proceso")
        verbose_name_plural = _("procesos")
        ordering = ["role", "started_at"]

    def __str__(self) -> str:
        return f"{self.role} {self.name}"


class QueueSample(models.Model):
    """How much waited at one moment, and for how long the oldest had waited."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("cuándo"), default=clock.now, db_index=True)
    inbound = models.PositiveIntegerField(_("actualizaciones"))
    deliveries = models.PositiveIntegerField(_("eventos"))
    outgoing = models.PositiveIntegerField(_("mensajes"))
    dead = models.PositiveIntegerField(_("abandonadas"))
    oldest_seconds = models.FloatField(_("el que más espera, en segundos"), default=0)

    class Meta:
        verbose_name = _("medida de las colas")
        verbose_name_plural = _("medidas de las colas")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%F %T}"
