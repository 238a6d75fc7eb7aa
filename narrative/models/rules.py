"""When Lucien writes by himself: what has to happen in a story, to whom, and how long he waits."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from narrative.models.lucien import LucienTemplate
from narrative.models.stories import Story
from yabot.core import clock
from yabot.core.conditions import Condition, ConditionError
from yabot.core.ids import uuid7


class Occasion(models.TextChoices):
    """What happened to a reader."""

    DECISION = "decision", _("toma una decisión")
    LEFT = "left", _("deja un fragmento")
    ENDING = "ending", _("llega a un final")


class LucienRule(models.Model):
    """Lucien writes a letter when this happens and the condition holds; it is looked at again before it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    occasion = models.CharField(_("cuando un lector"), max_length=10, choices=Occasion.choices)
    story = models.ForeignKey(
        Story, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("historia"), help_text=_("Vacía: todas.")
    )
    key = models.CharField(
        _("cuál"), max_length=64, blank=True, help_text=_("La clave de la opción o del fragmento. Vacía: cualquiera.")
    )
    condition: Any = models.JSONField(_("condición"), default=dict, blank=True)
    template = models.ForeignKey(LucienTemplate, on_delete=models.PROTECT, verbose_name=_("carta"))
    delay_seconds = models.PositiveIntegerField(
        _("espera en segundos"), default=0, validators=[MaxValueValidator(90 * 86400)]
    )
    once = models.BooleanField(_("una sola vez por lector"), default=True)
    is_active = models.BooleanField(_("activa"), default=True)

    class Meta:
        verbose_name = _("costumbre de Lucien")
        verbose_name_plural = _("costumbres de Lucien")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()}: {self.template}"

    def clean(self) -> None:
        """Refuse a condition that means nothing."""
        try:
            condition = Condition.parse(self.condition)
            for test in condition:
                if test.needs in {"visited", "chosen", "flags", "counters"}:
                    raise ConditionError(0, f"aquí no se sabe «{test.kind}»", f"“{test.kind}” is not known here")
        except ConditionError as error:
            raise ValidationError({"condition": error.sentence((get_language() or "es")[:2])}) from None


class DueLetter(models.Model):
    """A letter that waits for its time. Its reference makes it one letter, whatever happens twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(LucienRule, on_delete=models.CASCADE, related_name="due", verbose_name=_("costumbre"))
    user_id = models.BigIntegerField(_("lector"))
    reference = models.CharField(_("referencia"), max_length=120, unique=True)
    due_at = models.DateTimeField(_("a su hora"))
    done_at = models.DateTimeField(_("hecha"), null=True, blank=True)
    was_sent = models.BooleanField(_("se mandó"), default=False)

    class Meta:
        verbose_name = _("carta pendiente")
        verbose_name_plural = _("cartas pendientes")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user_id"], name="narrative_letter_reader"),
            models.Index(fields=["due_at"], name="narrative_letter_due", condition=models.Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.rule} → {self.user_id}"

    @property
    def is_due(self) -> bool:
        """Whether its time has come."""
        return self.done_at is None and self.due_at <= clock.now()
