"""Which programs may ask, and what they were answered."""

from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.ids import uuid7


class ModuleKey(models.Model):
    """A program's right to use the API. The secret itself is never stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("nombre"), max_length=80, help_text=_("Para reconocerla: qué programa la usa."))
    prefix = models.CharField(_("comienzo"), max_length=16, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    rights = models.CharField(_("permisos"), max_length=400, help_text=_("Módulo y verbo, como gamification:read."))
    user_id = models.BigIntegerField(
        _("solo este lector"), null=True, blank=True, help_text=_("Vacío: puede preguntar por todos.")
    )
    line = models.UUIDField(null=True, editable=False)  # the key that this one and others before it came after
    lifetime = models.DurationField(null=True, editable=False)  # as it was made: an overlap shortens expires_at
    created_at = models.DateTimeField(_("creada"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("vale hasta"), null=True, blank=True, help_text=_("Vacío: no caduca."))
    revoked_at = models.DateTimeField(_("retirada"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("último uso"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("llave de API")
        verbose_name_plural = _("llaves de API")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} (yk_{self.prefix}_…)"

    @property
    def owner(self) -> UUID:
        """Who asks: the first key of the line, whichever of its successors is shown."""
        return self.line or self.pk

    def may(self, right: str) -> bool:
        """Whether the key holds this right."""
        return right in self.rights.split()


class IdempotentAnswer(models.Model):
    """What a write was answered, kept for a repetition of it. Written in the transaction of the write."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.UUIDField()
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="core_answer_once")]
        indexes = [models.Index(fields=["created_at"], name="core_answer_created")]

    def __str__(self) -> str:
        return self.key
