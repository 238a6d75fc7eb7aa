"""Programs that want to hear what happens, and what they still have to hear."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


def new_salt() -> str:
    """What makes a signing secret different from the one before."""
    return secrets.token_hex(16)


class WebhookEndpoint(models.Model):
    """An address of another program that gets a call for each event of the types it chose."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("nombre"), max_length=80, help_text=_("Para reconocerlo: qué programa escucha."))
    url = models.CharField(
        _("dirección"), max_length=500, help_text=_("Empieza por https://. YABOT le envía un POST con cada evento.")
    )
    event_types = models.JSONField(
        _("eventos"), default=list, blank=True, help_text=_("Sin elegir ninguno, los recibe todos.")
    )
    is_active = models.BooleanField(
        _("activo"), default=True, help_text=_("Apagado no recibe nada; lo que ocurra entretanto no se le cuenta.")
    )
    note = models.TextField(_("nota"), blank=True, help_text=_("Por qué lo apagó el sistema."))
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    previous_salt = models.CharField(max_length=32, blank=True, editable=False)
    previous_until = models.DateTimeField(_("el secreto anterior vale hasta"), null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(_("fallos seguidos"), default=0, editable=False)
    failing_since = models.DateTimeField(_("falla desde"), null=True, blank=True, editable=False)
    rests_until = models.DateTimeField(_("descansa hasta"), default=clock.now, editable=False)
    listens_since = models.DateTimeField(_("escucha desde"), default=clock.now, editable=False)
    created_at = models.DateTimeField(_("creado"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class CallState(models.IntegerChoices):
    """What is known of a call."""

    WAITING = 0, _("en espera")
    DONE = 1, _("recibida")
    DEAD = 2, _("abandonada")


class WebhookDelivery(models.Model):
    """One call an endpoint is owed for one event. Its id is what the receiver recognises a repetition by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    event_id = models.UUIDField(_("evento"))
    type = models.CharField(_("tipo"), max_length=64)
    user_id = models.BigIntegerField(_("lector"), default=0)
    sequence = models.BigIntegerField(_("número"), default=0)
    correlation_id = models.UUIDField(_("cadena"))
    state = models.PositiveSmallIntegerField(_("estado"), choices=CallState.choices, default=CallState.WAITING)
    due_at = models.DateTimeField(_("intentar a partir de"), default=clock.now)
    attempts = models.PositiveSmallIntegerField(_("intentos"), default=0)
    status_code = models.PositiveSmallIntegerField(_("respuesta"), null=True, blank=True)
    error = models.TextField(_("último error"), blank=True)
    created_at = models.DateTimeField(_("creada"), default=clock.now)
    finished_at = models.DateTimeField(_("terminada"), null=True, blank=True)

    class Meta:
        verbose_name = _("llamada de webhook")
        verbose_name_plural = _("llamadas de webhooks")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "event_id"], name="core_call_once")]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at"], name="core_call_endpoint", condition=models.Q(state=CallState.WAITING)
            ),
            models.Index(
                fields=["endpoint", "user_id", "due_at"],
                name="core_call_lane",
                condition=models.Q(state=CallState.WAITING),
            ),
            models.Index(fields=["endpoint", "id"], name="core_call_next", condition=models.Q(state=CallState.WAITING)),
            models.Index(fields=["-id"], name="core_call_dead", condition=models.Q(state=CallState.DEAD)),
            models.Index(fields=["correlation_id"], name="core_call_correlation"),
            models.Index(fields=["finished_at"], name="core_call_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.sequence}"
