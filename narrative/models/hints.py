"""What readers can find out."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from narrative.models.lucien import LucienTemplate, in_words
from yabot.core import clock
from yabot.core.conditions import Condition, ConditionError
from yabot.core.ids import uuid7
from yabot.core.telegram import markup

BODY = 1500  # several hints share one screen
WATCHED = ("besitos", "reactions")  # whose changes are looked at: of other facts a hint would not hear


def read_condition(data: Any) -> Condition:
    """A hint's condition. Raises ConditionError, also for what hints do not watch."""
    condition = Condition.parse(data)
    for test in condition:
        if test.kind not in WATCHED:
            raise ConditionError(0, f"una pista no puede mirar «{test.kind}»", f"a hint cannot look at “{test.kind}”")
    return condition


class Hint(models.Model):
    """Something of the story that opens for a reader when their condition holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(_("clave"), max_length=64, unique=True, help_text=_("Un nombre corto que no cambia."))
    title_es = models.CharField(_("título"), max_length=80)
    title_en = models.CharField(_("título en inglés"), max_length=80, blank=True, help_text=_("Vacío: el español."))
    body_es = models.TextField(_("pista"), help_text=_("Lo que el lector lee en /pistas cuando la pista está abierta."))
    body_en = models.TextField(_("pista en inglés"), blank=True, help_text=_("Vacío: la española."))
    condition = models.JSONField(
        _("condición"), default=dict, blank=True, help_text=_("Sin condición la pista está abierta desde el principio.")
    )
    template = models.ForeignKey(
        LucienTemplate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("carta"),
        help_text=_("Lo que Lucien escribe cuando se abre. Sin carta se abre en silencio."),
    )
    order = models.PositiveIntegerField(_("orden"), default=0)
    is_active = models.BooleanField(_("activa"), default=True)
    changed_at = models.DateTimeField(_("último cambio"), default=clock.now, editable=False)
    opened_to_all_at = models.DateTimeField(_("abierta para todos"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("pista")
        verbose_name_plural = _("pistas")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.title_es

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep since when the hint is as it is."""
        self.changed_at = clock.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "changed_at"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse broken HTML and conditions that mean nothing, saying where."""
        language = (get_language() or "es")[:2]
        problems: dict[str, list[str]] = {}
        for field in ("body_es", "body_en"):
            found = in_words(markup.check(getattr(self, field), BODY))
            if found:
                problems[field] = found
        try:
            read_condition(self.condition)
        except ConditionError as error:
            problems["condition"] = [error.sentence(language)]
        if problems:
            raise ValidationError(problems)

    @property
    def parsed_condition(self) -> Condition | None:
        """The condition; None when it cannot be read (it was checked when it was saved)."""
        try:
            return read_condition(self.condition)
        except ConditionError:
            return None

    def title(self, language: str) -> str:
        """The title in ``language``, Spanish where there is no other."""
        return (self.title_en if language == "en" else "") or self.title_es

    def body(self, language: str) -> str:
        """The text in ``language``, Spanish where there is no other."""
        return (self.body_en if language == "en" else "") or self.body_es


class HintUnlock(models.Model):
    """A hint that is open for a reader. The unique row is what makes it happen once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hint = models.ForeignKey(
        Hint, on_delete=models.PROTECT, related_name="unlocks", db_index=False, verbose_name=_("pista")
    )
    user_id = models.BigIntegerField(_("lector"))
    correlation_id = models.UUIDField(_("cadena"), default=uuid7)
    has_letter = models.BooleanField(_("con carta"), default=False, help_text=_("Lucien le escribió al abrirse."))
    unlocked_at = models.DateTimeField(_("cuándo"), default=clock.now)

    class Meta:
        verbose_name = _("pista abierta")
        verbose_name_plural = _("pistas abiertas")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user_id", "hint"], name="narrative_unlock_once")]
        indexes = [
            models.Index(fields=["correlation_id"], name="narrative_unlock_chain"),
            models.Index(fields=["hint", "-id"], name="narrative_unlock_hint"),
        ]

    def __str__(self) -> str:
        return f"{self.hint_id} → {self.user_id}"
