"""Whose hints could not be judged yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yabot.core import clock
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7


class SecondLook(models.Model):
    """A reader for whom a hint may be open, nobody knows: another module did not answer. Looked at again when due."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.BigIntegerField(_("lector"), unique=True)
    correlation_id = models.UUIDField(_("cadena"))
    causation_id = models.UUIDField(_("causa"), null=True, blank=True)
    due_at = models.DateTimeField(_("cuándo"), default=clock.now, db_index=True)
    created_at = models.DateTimeField(_("desde"), default=clock.now)

    class Meta:
        verbose_name = _("lector por volver a mirar")
        verbose_name_plural = _("lectores por volver a mirar")

    def __str__(self) -> str:
        return str(self.user_id)

    @property
    def trace(self) -> Trace:
        """What would have opened the hint."""
        return Trace(self.correlation_id, self.causation_id)
