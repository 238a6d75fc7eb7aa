"""What we have to tell Telegram."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class MessagePriority(models.IntegerChoices):
    """Which message goes first when the budget is short."""

    PAYMENT = 0, _("pago")
    ANSWER = 1, _("respuesta")
    NOTICE = 5, _("aviso")
    BROADCAST = 9, _("difusión")


class MessageState(models.IntegerChoices):
    """What is known of a message. ``UNKNOWN``: the call was made and nobody knows whether it arrived."""

    QUEUED = 0, _("en cola")
    SENDING = 1, _("enviándose")
    SENT = 2, _("enviado")
    FAILED = 3, _("fallido")
    UNKNOWN = 4, _("sin confirmar")


class OutgoingMessage(models.Model):
    """One call the bot owes Telegram, written with the change that caused it, once per ``key``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(_("clave"), max_length=190, unique=True)
    chat_id = models.BigIntegerField(_("chat"))
    user_id = models.BigIntegerField(_("lector"), null=True, blank=True)
    method = models.CharField(_("método"), max_length=32, default="sendMessage")
    payload = models.TextField(_("datos"))
    priority = models.PositiveSmallIntegerField(
        _("prioridad"), choices=MessagePriority.choices, default=MessagePriority.NOTICE
    )
    state = models.PositiveSmallIntegerField(_("estado"), choices=MessageState.choices, default=MessageState.QUEUED)
    due_at = models.DateTimeField(_("enviar a partir de"), default=clock.now)
    attempts = models.PositiveSmallIntegerField(_("intentos"), default=0)
    error = models.TextField(_("error"), blank=True)
    message_id = models.BigIntegerField(_("mensaje de Telegram"), null=True, blank=True)
    owner = models.CharField(_("lo envía"), max_length=64, blank=True)
    correlation_id = models.UUIDField(_("cadena"), default=uuid7)
    causation_id = models.UUIDField(_("causa"), null=True, blank=True)
    created_at = models.DateTimeField(_("creado"), default=clock.now)
    claimed_at = models.DateTimeField(_("tomado"), null=True, blank=True)
    unknown_at = models.DateTimeField(
        _("se dudó de su entrega"), null=True, blank=True, help_text=_("Pudo llegar dos veces si después se reintentó.")
    )
    sent_at = models.DateTimeField(_("enviado"), null=True, blank=True)

    class Meta:
        verbose_name = _("mensaje saliente")
        verbose_name_plural = _("mensajes salientes")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["priority", "id"], name="core_outgoing_queued", condition=models.Q(state=MessageState.QUEUED)
            ),
            models.Index(
                fields=["claimed_at"], name="core_outgoing_sending", condition=models.Q(state=MessageState.SENDING)
            ),
            models.Index(fields=["state", "-id"], name="core_outgoing_trouble", condition=models.Q(state__gte=3)),
            models.Index(fields=["correlation_id"], name="core_outgoing_correlation"),
            models.Index(fields=["user_id"], name="core_outgoing_user"),
            # Whose post is this? Asked of groups and channels only, so private messages do not pay for it.
            models.Index(
                fields=["chat_id", "message_id"], name="core_outgoing_post", condition=models.Q(chat_id__lt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} → {self.chat_id}"


class TelegramFile(models.Model):
    """A file Telegram already has: sent again by its file_id instead of its bytes."""

    path = models.CharField(_("archivo"), max_length=190, primary_key=True)
    file_id = models.CharField(max_length=255)
    uploaded_at = models.DateTimeField(_("subido"), default=clock.now)

    def __str__(self) -> str:
        return self.path
