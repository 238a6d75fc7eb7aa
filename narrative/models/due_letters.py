"""Letters of Lucien's that wait for their time."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from narrative.models.lucien import LucienTemplate
from narrative.models.rules import LucienRule
from yabot.core import clock
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import MessagePriority


class DueLetter(models.Model):
    """A letter that waits for its time; it is written when that has come, with what is true then.

    Its reference makes it one letter, whatever happens twice. ``about`` holds the keys of what it is about.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(
        LucienRule,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="due",
        verbose_name=_("costumbre"),
    )
    template = models.ForeignKey(
        LucienTemplate, on_delete=models.CASCADE, null=True, blank=True, related_name="due", verbose_name=_("carta")
    )
    user_id = models.BigIntegerField(_("lector"))
    reference = models.CharField(_("referencia"), max_length=180, unique=True)
    about: Any = models.JSONField(_("sobre qué"), default=dict, blank=True)
    priority = models.PositiveSmallIntegerField(_("prioridad"), default=int(MessagePriority.NOTICE))
    correlation_id = models.UUIDField(_("cadena"), null=True, blank=True)
    causation_id = models.UUIDField(_("causa"), null=True, blank=True)
    since = models.DateTimeField(_("su primera hora"), default=clock.now)
    due_at = models.DateTimeField(_("a su hora"))
    error = models.CharField(_("por qué no"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("hecha"), null=True, blank=True)
    was_sent = models.BooleanField(_("se mandó"), default=False)

    class Meta:
        verbose_name = _("carta pendiente")
        verbose_name_plural = _("cartas pendientes")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user_id"], name="narrative_letter_reader"),
            models.Index(fields=["correlation_id"], name="narrative_letter_chain"),
            models.Index(fields=["due_at"], name="narrative_letter_due", condition=models.Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.rule or self.template} → {self.user_id}"

    @property
    def template_now(self) -> LucienTemplate:
        """What is to be written: a habit's letter is the one it has when the time has come."""
        letter = self.rule.template if self.rule else self.template
        assert letter is not None, "a letter waits for a habit or for itself"
        return letter

    @property
    def trace(self) -> Trace | None:
        """What it follows from."""
        return Trace(self.correlation_id, self.causation_id) if self.correlation_id else None
