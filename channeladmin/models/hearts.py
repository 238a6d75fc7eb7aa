"""Posts with a ❤️ button."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class ChannelSettings(models.Model):
    """What the bot does in one channel."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chat_id = models.BigIntegerField(_("canal"), unique=True, help_text=_("El id del canal, que empieza por -100."))
    heart_button = models.BooleanField(
        _("botón ❤️ bajo cada publicación"),
        default=False,
        help_text=_("El bot pone el botón en cuanto alguien publica. Necesita permiso para editar mensajes."),
    )

    class Meta:
        verbose_name = _("ajustes del canal")
        verbose_name_plural = _("ajustes de los canales")

    def __str__(self) -> str:
        return str(self.chat_id)


class HeartPost(models.Model):
    """A post that carries our ❤️ button, and the count shown on it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chat_id = models.BigIntegerField(_("canal"))
    message_id = models.BigIntegerField(_("mensaje"))
    count = models.PositiveIntegerField(_("corazones"), default=0)
    created_at = models.DateTimeField(_("desde"), default=clock.now)

    class Meta:
        verbose_name = _("publicación con ❤️")
        verbose_name_plural = _("publicaciones con ❤️")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["chat_id", "message_id"], name="channeladmin_heart_once")]
        indexes = [models.Index(fields=["message_id"], name="channeladmin_heart_message")]

    def __str__(self) -> str:
        return f"{self.chat_id}/{self.message_id}: ❤️ {self.count}"
