"""What Telegram told us."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class UpdateState(models.IntegerChoices):
    """How far an update has come."""

    WAITING = 0, _("en espera")
    DONE = 1, _("hecha")
    FAILED = 2, _("fallida")
    IGNORED = 3, _("ignorada")


class InboundUpdate(models.Model):
    """An update as Telegram sent it, stored before Telegram is told that we have it."""

    id = models.BigIntegerField(_("update_id"), primary_key=True)
    kind = models.CharField(_("tipo"), max_length=32)
    user_id = models.BigIntegerField(_("lector"), null=True)
    payload = models.TextField(_("datos"))
    state = models.PositiveSmallIntegerField(_("estado"), choices=UpdateState.choices, default=UpdateState.WAITING)
    error = models.TextField(_("error"), blank=True)
    correlation_id = models.UUIDField(_("cadena"), default=uuid7)
    received_at = models.DateTimeField(_("recibida"), default=clock.now)

    class Meta:
        verbose_name = _("actualización recibida")
        verbose_name_plural = _("actualizaciones recibidas")
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["id"], name="core_inbound_waiting", condition=models.Q(state=UpdateState.WAITING)),
            models.Index(fields=["id"], name="core_inbound_failed", condition=models.Q(state=UpdateState.FAILED)),
            models.Index(fields=["user_id"], name="core_inbound_user"),
            models.Index(fields=["received_at"], name="core_inbound_received"),
            models.Index(fields=["correlation_id"], name="core_inbound_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
