"""Where besitos are."""

from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7

MINT_ID = UUID("00000000-0000-7000-8000-000000000001")
SINK_ID = UUID("00000000-0000-7000-8000-000000000002")


class AccountKind(models.TextChoices):
    """Whose besitos an account holds."""

    USER = "user", _("monedero")
    HOLD = "hold", _("reservado")
    MINT = "mint", _("emisión")
    SINK = "sink", _("gasto")


class Account(models.Model):
    """A place besitos can be in.

    A reader has a wallet and, once something was put aside, a hold account; both carry a balance that changes with
    their entries. The mint (where besitos come from) and the sink (where spent ones go) keep none, because every
    award would write that one row: theirs is the sum of their entries.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("tipo"), max_length=8, choices=AccountKind.choices, default=AccountKind.USER)
    user_id = models.BigIntegerField(_("lector"), null=True, blank=True)
    balance = models.BigIntegerField(_("besitos"), default=0)
    created_at = models.DateTimeField(_("creada"), default=clock.now)

    class Meta:
        verbose_name = _("cuenta")
        verbose_name_plural = _("cuentas")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user_id", "kind"], name="gamification_account_once")]
        indexes = [
            models.Index(fields=["kind", "-id"], name="gamification_account_kind"),
            models.Index(fields=["balance"], name="gamification_account_balance"),
        ]

    def __str__(self) -> str:
        owner = f" {self.user_id}" if self.user_id is not None else ""
        return f"{self.get_kind_display()}{owner}"
