"""Who belongs to the private channel, and until when."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class Subscription(models.Model):
    """A reader's time as VIP. Several may follow each other; one that is in force opens VIP chapters."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.BigIntegerField(_("lector"), help_text=_("Su id de Telegram."))
    plan = models.CharField(_("plan"), max_length=40, default="vip")
    starts_at = models.DateTimeField(_("desde"), default=clock.now)
    ends_at = models.DateTimeField(_("hasta"), null=True, blank=True, help_text=_("Vacío: sin fin."))
    note = models.CharField(_("nota"), max_length=200, blank=True)
    announced_at = models.DateTimeField(null=True, editable=False)  # that it had begun
    created_at = models.DateTimeField(_("anotada"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("suscripción")
        verbose_name_plural = _("suscripciones")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user_id", "ends_at"], name="channeladmin_subscription_of"),
            # No status is kept that could be wrong: those in force and those that have ended are ranges of this one.
            models.Index(fields=["ends_at"], name="channeladmin_subscription_ends"),
            models.Index(
                fields=["starts_at"],
                name="channeladmin_subscription_new",
                condition=models.Q(announced_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} → {self.user_id}"

    def clean(self) -> None:
        """It ends after it begins."""
        if self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("Termina antes de empezar.")}, code="CHA010")
