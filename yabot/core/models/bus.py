"""What happened, and who still has to hear of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class Priority(models.IntegerChoices):
    """Which events go first when there is more to do than time."""

    CRITICAL = 0, _("crítica")
    NORMAL = 5, _("normal")
    LOW = 9, _("baja")


class EventStream(models.Model):
    """The counter of one person's events. Updating it in the publishing transaction makes number order commit order."""

    user_id = models.BigIntegerField(primary_key=True)
    last_sequence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.last_sequence}"


class EventRecord(models.Model):
    """The audit log: one immutable row for each thing that happened."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    type = models.CharField(_("tipo"), max_length=64)
    user_id = models.BigIntegerField(_("lector"), null=True)
    payload = models.TextField(_("datos"))
    correlation_id = models.UUIDField(_("cadena"))
    causation_id = models.UUIDField(_("causa"), null=True)
    sequence = models.BigIntegerField(_("número"))
    priority = models.PositiveSmallIntegerField(_("prioridad"), choices=Priority.choices, default=Priority.NORMAL)
    occurred_at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("evento")
        verbose_name_plural = _("eventos")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["correlation_id"], name="core_event_correlation"),
            models.Index(fields=["user_id", "-occurred_at"], name="core_event_user"),
            models.Index(fields=["type", "-occurred_at", "-id"], name="core_event_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.sequence}"


class Delivery(models.Model):
    """An event one module has not heard of yet. Deleted in the transaction in which the module heard it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(
        EventRecord, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("evento")
    )
    module = models.CharField(_("módulo"), max_length=32)
    user_id = models.BigIntegerField(_("lector"))
    sequence = models.BigIntegerField(_("número"))
    shard = models.PositiveSmallIntegerField(_("partición"))
    priority = models.PositiveSmallIntegerField(_("prioridad"), choices=Priority.choices, default=Priority.NORMAL)
    due_at = models.DateTimeField(_("intentar a partir de"), default=clock.now)
    attempts = models.PositiveSmallIntegerField(_("intentos"), default=0)
    last_error = models.TextField(_("último error"), blank=True)
    dead_at = models.DateTimeField(_("abandonada"), null=True, blank=True)

    class Meta:
        verbose_name = _("entrega")
        verbose_name_plural = _("entregas")
        ordering = ["priority", "id"]
        indexes = [
            models.Index(
                fields=["module", "priority", "id"],
                name="core_delivery_claim",
                condition=models.Q(dead_at__isnull=True),
            ),
            models.Index(fields=["user_id", "module", "sequence"], name="core_delivery_order"),
            models.Index(fields=["dead_at"], name="core_delivery_dead", condition=models.Q(dead_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.module} ← {self.event_id}"
