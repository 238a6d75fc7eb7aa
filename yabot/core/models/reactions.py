"""Who reacted to what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class ReactionSource(models.TextChoices):
    """The way a reaction reached the bot."""

    NATIVE = "native", _("reacción en un grupo")
    BUTTON = "button", _("botón bajo una publicación")


class Reaction(models.Model):
    """A person's reaction to a message. Once per message, person and emoji; taking it back keeps the row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chat_id = models.BigIntegerField(_("chat"))
    message_id = models.BigIntegerField(_("mensaje"))
    user_id = models.BigIntegerField(_("lector"))
    emoji = models.CharField(_("emoji"), max_length=64)
    source = models.CharField(_("llegó por"), max_length=8, choices=ReactionSource.choices)
    created_at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("reacción")
        verbose_name_plural = _("reacciones")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["chat_id", "message_id", "user_id", "emoji"], name="core_reaction_once")
        ]
        indexes = [models.Index(fields=["user_id"], name="core_reaction_user")]

    def __str__(self) -> str:
        return f"{self.emoji} {self.user_id} → {self.chat_id}/{self.message_id}"


class ReactionTotal(models.Model):
    """The last anonymous total Telegram told of a channel message and emoji. Never a reason to pay anybody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chat_id = models.BigIntegerField(_("chat"))
    message_id = models.BigIntegerField(_("mensaje"))
    emoji = models.CharField(_("emoji"), max_length=64)
    total = models.PositiveIntegerField(_("total"))
    counted_at = models.DateTimeField(_("contado"), default=clock.now)

    class Meta:
        verbose_name = _("total anónimo")
        verbose_name_plural = _("totales anónimos")
        constraints = [models.UniqueConstraint(fields=["chat_id", "message_id", "emoji"], name="core_total_once")]
        indexes = [models.Index(fields=["message_id"], name="core_total_message")]

    def __str__(self) -> str:
        return f"{self.emoji} × {self.total} → {self.chat_id}/{self.message_id}"
