"""When Lucien writes by himself: what has to happen to a reader, to whom, and how long he waits."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from narrative.models.lucien import LucienTemplate
from narrative.models.occasions import COUNTED, IN_A_STORY, MOST_DAYS, NAMED, OWN, Occasion, not_given
from narrative.models.stories import Story
from yabot.core.conditions import Condition, ConditionError
from yabot.core.ids import uuid7
from yabot.core.ports import facts


class LucienRule(models.Model):
    """Lucien writes a letter when this happens and the condition holds; it is looked at again before it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    occasion = models.CharField(_("cuando un lector"), max_length=10, choices=Occasion.choices)
    story = models.ForeignKey(
        Story,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("historia"),
        help_text=_("En cuál tiene que pasar. Vacía: en cualquiera."),
    )
    key = models.CharField(
        _("cuál"),
        max_length=64,
        blank=True,
        help_text=_("La clave de la opción, del fragmento, del final o de la pista. Vacía: cualquiera."),
    )
    amount = models.PositiveIntegerField(
        _("cuántos"),
        null=True,
        blank=True,
        help_text=_("Los besitos que hay que alcanzar, o los días de silencio. Para lo demás, vacío."),
    )
    condition: Any = models.JSONField(_("condición"), default=dict, blank=True)
    template = models.ForeignKey(LucienTemplate, on_delete=models.PROTECT, verbose_name=_("carta"))
    delay_seconds = models.PositiveIntegerField(
        _("espera en segundos"),
        default=0,
        validators=[MaxValueValidator(90 * 86400)],
        help_text=_("Cuánto después. Se suma a la espera de la carta. Un día son 86400."),
    )
    once = models.BooleanField(
        _("una sola vez por lector"), default=True, help_text=_("Sin marcar, Lucien escribe cada vez que pasa.")
    )
    is_active = models.BooleanField(_("activa"), default=True)
    looked_until = models.DateTimeField(null=True, editable=False)  # silences that began until then have been noted

    class Meta:
        verbose_name = _("costumbre de Lucien")
        verbose_name_plural = _("costumbres de Lucien")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()}: {self.template}"

    def clean(self) -> None:
        """Refuse what does not go with the occasion: a condition, a story, a key, a number or a letter's words."""
        problems: dict[str, Any] = {}
        try:
            self._check_condition()
        except ConditionError as error:
            problems["condition"] = error.sentence((get_language() or "es")[:2])
        if self.story_id and self.occasion not in IN_A_STORY:
            problems["story"] = _("Esto no pasa en una historia: deja el campo vacío.")
        if self.key and self.occasion not in NAMED:
            problems["key"] = _("Aquí no hay clave que valga: deja el campo vacío.")
        problems |= self._problems_of_amount()
        strange = self._strange_words()
        if strange:
            problems["template"] = _("En esta ocasión la carta no puede decir %(names)s.") % {"names": strange}
        if problems:
            raise ValidationError(problems, code="NAR022")

    def _check_condition(self) -> None:
        """Raises ConditionError, also for what nobody could know when the time has come."""
        condition = Condition.parse(self.condition)
        if condition.needs & OWN and self.occasion not in IN_A_STORY:
            raise ConditionError(0, *_NOT_IN_A_STORY)
        untold = facts.untold(condition.needs)
        for test in condition:
            if test.needs in untold:
                es, en = (test.describe(language) for language in ("es", "en"))
                raise ConditionError(0, f"aquí nadie sabe de nadie «{es}»", f"nobody here knows “{en}” of anybody")

    def _problems_of_amount(self) -> dict[str, str]:
        wrong = ""
        if self.occasion not in COUNTED:
            wrong = str(_("Esto no se cuenta: deja el campo vacío.")) if self.amount is not None else ""
        elif not self.amount:
            wrong = str(_("Di cuántos."))
        elif self.occasion == Occasion.SILENT and self.amount > MOST_DAYS:
            wrong = str(_("Como mucho %(days)s días.")) % {"days": MOST_DAYS}
        return {"amount": wrong} if wrong else {}

    def _strange_words(self) -> str:
        """The values of the letter that this occasion does not give."""
        letter = LucienTemplate.objects.filter(pk=self.template_id).first()
        return not_given(letter.names(), self.occasion) if letter else ""


_NOT_IN_A_STORY = (
    "esta ocasión no es de ninguna historia: aquí no se sabe qué hizo el lector en ella",
    "this occasion belongs to no story: what the reader did in one is not known here",
)
