"""How besitos moved. These rows are never changed and never deleted."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from gamification.errors import LedgerIsImmutable
from gamification.models.accounts import Account
from yabot.core import clock
from yabot.core.ids import uuid7


class Reason(models.TextChoices):
    """What a movement was for, in the words of the reader's history."""

    REACTION = "reaction", _("Reacción")
    GIFT = "gift", _("Regalo diario")
    MISSION = "mission", _("Misión")
    ACHIEVEMENT = "achievement", _("Logro")
    TRIVIA = "trivia", _("Trivia")
    FRAGMENT = "fragment", _("Fragmento de la historia")
    ITEM = "item", _("Tienda")
    AUCTION = "auction", _("Subasta")
    PURCHASE = "purchase", _("Compra de besitos")
    COURTESY = "courtesy", _("Obsequio de la casa")
    HOLD = "hold", _("Reserva")
    RELEASE = "release", _("Reserva devuelta")
    CORRECTION = "correction", _("Corrección")


class ImmutableQuerySet(models.QuerySet):
    """Reads and inserts only."""

    def update(self, **changes: Any) -> NoReturn:
        """Never: post the opposite with ``wallets.correct``."""
        raise LedgerIsImmutable

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Never: post the opposite with ``wallets.correct``."""
        raise LedgerIsImmutable

    def delete(self) -> NoReturn:
        """Never: post the opposite with ``wallets.correct``."""
        raise LedgerIsImmutable


class Immutable(models.Model):
    """A row that is written once. Mistakes are corrected by new rows."""

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it the first time; afterwards raises LedgerIsImmutable."""
        if not self._state.adding:
            raise LedgerIsImmutable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises LedgerIsImmutable."""
        raise LedgerIsImmutable


class Transfer(Immutable):
    """Besitos went from one account to another, once per ``reference``.

    ``origin_id`` is what ordered it, where one thing orders many (the reward's rule).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(
        _("referencia"),
        max_length=190,
        unique=True,
        help_text=_("Hecha de lo que pasó: el mismo hecho no paga dos veces."),
    )
    reason = models.CharField(_("motivo"), max_length=16, choices=Reason.choices)
    amount = models.BigIntegerField(_("besitos"))
    source = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("sale de")
    )
    target = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("entra en")
    )
    user_id = models.BigIntegerField(_("lector"))
    origin_id = models.UUIDField(_("origen"), null=True, blank=True)
    note = models.CharField(_("nota"), max_length=255, blank=True)
    correlation_id = models.UUIDField(_("cadena"))
    causation_id = models.UUIDField(_("causa"), null=True, blank=True)
    created_at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("movimiento")
        verbose_name_plural = _("movimientos")
        ordering = ["-id"]
        permissions = [("correct_transfer", _("Puede deshacer movimientos con un asiento contrario"))]
        indexes = [
            models.Index(fields=["user_id", "-id"], name="gamification_transfer_user"),
            models.Index(fields=["reason", "-id"], name="gamification_transfer_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount}"


class Entry(Immutable):
    """One side of a transfer: exactly two of them, and they sum to zero."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    transfer = models.ForeignKey(
        Transfer, on_delete=models.PROTECT, related_name="entries", db_index=False, verbose_name=_("movimiento")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False, verbose_name=_("cuenta")
    )
    amount = models.BigIntegerField(_("besitos"))
    balance_after = models.BigIntegerField(_("quedan"), null=True, blank=True)
    created_at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("asiento")
        verbose_name_plural = _("asientos")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["transfer", "account"], name="gamification_entry_once")]
        indexes = [models.Index(fields=["account", "-id"], name="gamification_entry_account")]

    def __str__(self) -> str:
        return f"{self.amount:+d}"
