"""What a reaction is worth."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7
from yabot.core.reactions import HEART, same_emoji


class ReactionReward(models.Model):
    """A rule: this emoji, here or everywhere, pays this much. A rule with a chat wins over the general one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chat_id = models.BigIntegerField(
        _("dónde"),
        null=True,
        blank=True,
        help_text=_("Vacío: en todos los grupos y canales donde el bot es administrador."),
    )
    emoji = models.CharField(
        _("emoji"), max_length=64, default=HEART, help_text=_("La reacción que se premia, una sola: ❤, 🔥, 👍…")
    )
    amount = models.PositiveIntegerField(
        _("besitos por reacción"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
        help_text=_("Cuántos besitos recibe el lector. Cada mensaje le paga una sola vez, aunque cambie de emoji."),
    )
    daily_cap = models.PositiveIntegerField(
        _("máximo al día"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Besitos que un lector puede ganar al día con esta regla. Vacío: sin límite."),
    )
    is_active = models.BooleanField(
        _("activa"), default=True, help_text=_("Desmárcala para dejar de pagar sin perder la regla.")
    )
    note = models.CharField(_("nota"), max_length=255, blank=True, help_text=_("Solo para el equipo; nadie más la ve."))
    created_at = models.DateTimeField(_("creada"), default=clock.now, editable=False)
    changed_at = models.DateTimeField(_("último cambio"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("recompensa por reaccionar")
        verbose_name_plural = _("recompensas por reaccionar")
        ordering = ["emoji", "chat_id"]
        constraints = [models.UniqueConstraint(fields=["chat_id", "emoji"], name="gamification_reward_once")]

    def __str__(self) -> str:
        return f"{self.emoji} = {self.amount}"

    def clean(self) -> None:
        """One rule for each place and emoji, also for the general ones, and a cap that lets something through."""
        self.emoji = same_emoji(self.emoji.strip())
        same = ReactionReward.objects.filter(chat_id=self.chat_id, emoji=self.emoji).exclude(pk=self.pk)
        if same.exists():
            raise ValidationError({"emoji": _("Ya hay una regla para este emoji en este lugar.")}, code="GAM101")
        if self.daily_cap is not None and self.amount is not None and self.daily_cap < self.amount:
            raise ValidationError(
                {"daily_cap": _("El máximo al día es menor que una sola reacción: nunca pagaría.")}, code="GAM102"
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the emoji as Telegram sends it, and when the rule began to apply as it is."""
        self.emoji = same_emoji(self.emoji)
        self.changed_at = clock.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "emoji", "changed_at"}
        super().save(*args, **kwargs)
