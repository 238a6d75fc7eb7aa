"""Besitos put aside until something is decided."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gamification.models.transfers import Reason
from yabot.core import clock
from yabot.core.ids import uuid7


class HoldState(models.TextChoices):
    """How a hold stands. It ends once."""

    HELD = "held", _("en reserva")
    RELEASED = "released", _("devuelta")
    CAPTURED = "captured", _("cobrada")


class Hold(models.Model):
    """Besitos a reader can neither spend nor lose, until they are given back or taken."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.BigIntegerField(_("lector"))
    amount = models.BigIntegerField(_("besitos"))
    reference = models.CharField(_("referencia"), max_length=190, unique=True)
    reason = models.CharField(_("motivo"), max_length=16, choices=Reason.choices)
    state = models.CharField(_("estado"), max_length=8, choices=HoldState.choices, default=HoldState.HELD)
    expires_at = models.DateTimeField(_("vence"), null=True, blank=True)
    created_at = models.DateTimeField(_("creada"), default=clock.now)
    ended_at = models.DateTimeField(_("terminó"), null=True, blank=True)

    class Meta:
        verbose_name = _("reserva")
        verbose_name_plural = _("reservas")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user_id", "state"], name="gamification_hold_user"),
            models.Index(fields=["state", "-id"], name="gamification_hold_state"),
            models.Index(fields=["state", "expires_at"], name="gamification_hold_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount}"
