"""What readers can find out."""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from narrative.models.lucien import LucienTemplate, in_words
from narrative.models.occasions import Occasion, not_given
from yabot.core import clock
from yabot.core.conditions import Condition, ConditionError
from yabot.core.ids import uuid7
from yabot.core.telegram import markup

BODY = 1500  # several hints share one screen
WATCHED = ("besitos", "reactions")  # whose changes are looked at: of other facts a hint would not hear


CODE = re.compile(r"[a-z0-9_-]{3,32}\Z")


def plain_code(text: str) -> str:
    """A code as everybody may type it: with or without blanks and accents, in any case."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter) and not letter.isspace())


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
    code = models.CharField(
        _("código secreto"),
        max_length=32,
        blank=True,
        default="",
        db_index=True,
        help_text=_("Quien lo escribe con /codigo, o abre su enlace, abre la pista. Letras y cifras; vacío: no tiene."),
    )
    is_secret = models.BooleanField(
        _("hay que encontrarla"),
        default=False,
        help_text=_("Sin condición no se abre sola: la abren la historia, su código o una combinación."),
    )
    order = models.PositiveIntegerField(_("orden"), default=0)
    is_active = models.BooleanField(_("activa"), default=True)
    changed_at = models.DateTimeField(_("último cambio"), default=clock.now, editable=False)
    opened_to_all_at = models.DateTimeField(_("abierta para todos"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("pista")
        verbose_name_plural = _("pistas")
        ordering = ["order", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(code__gt=""),
                name="narrative_hint_code_once",
                violation_error_message=_("Otra pista tiene ya este código."),
            )
        ]

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
        self.code = plain_code(self.code)
        if self.code and not CODE.match(self.code):
            problems["code"] = [str(_("Un código lleva de 3 a 32 letras, cifras, - y _."))]
        elif self.code and Hint.objects.filter(code=self.code).exclude(pk=self.pk).exists():
            problems["code"] = [str(_("Otra pista tiene ya este código."))]
        try:
            read_condition(self.condition)
        except ConditionError as error:
            problems["condition"] = [error.sentence(language)]
        strange = not_given(self.template.names(), Occasion.HINT) if self.template else ""
        if strange:
            sentence = str(_("Cuando se abre una pista, la carta no puede decir %(names)s."))
            problems["template"] = [sentence % {"names": strange}]
        if problems:
            raise ValidationError(problems)

    @property
    def parsed_condition(self) -> Condition | None:
        """The condition; None when it cannot be read (it was checked when it was saved)."""
        try:
            return read_condition(self.condition)
        except ConditionError:
            return None

    @property
    def is_free(self) -> bool:
        """Whether it is open for everybody: from the start, or since a day. A secret code is something to find."""
        condition = self.parsed_condition
        from_the_start = condition is not None and not condition and not self.has_to_be_found
        return from_the_start or self.opened_to_all_at is not None

    @property
    def has_to_be_found(self) -> bool:
        """Whether readers find it out by themselves, so that its title would give something away."""
        return self.is_secret or (bool(self.code) and not self.parsed_condition)

    def title(self, language: str) -> str:
        """The title in ``language``, Spanish where there is no other."""
        return (self.title_en if language == "en" else "") or self.title_es

    def body(self, language: str) -> str:
        """The text in ``language``, Spanish where there is no other."""
        return (self.body_en if language == "en" else "") or self.body_es


class HintCombination(models.Model):
    """Two hints that, put together by a reader who has both, open a third one. ``first`` is the older of the two, so
    that each pair is one row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first = models.ForeignKey(Hint, on_delete=models.PROTECT, related_name="+", verbose_name=_("una pista"))
    second = models.ForeignKey(Hint, on_delete=models.PROTECT, related_name="+", verbose_name=_("con otra"))
    result = models.ForeignKey(Hint, on_delete=models.PROTECT, related_name="+", verbose_name=_("abren"))

    class Meta:
        verbose_name = _("combinación de pistas")
        verbose_name_plural = _("combinaciones de pistas")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="narrative_combination_once")]

    def __str__(self) -> str:
        return f"{self.first} + {self.second} = {self.result}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The order in which somebody names them does not matter."""
        self.first_id, self.second_id = sorted((self.first_id, self.second_id))
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Two different hints; the order does not matter."""
        if not (self.first_id and self.second_id and self.result_id):
            return
        if len({self.first_id, self.second_id, self.result_id}) < 3:
            raise ValidationError(_("Son tres pistas distintas: dos que se combinan y la que se abre."), code="NAR020")
        same = HintCombination.objects.filter(first=self.second, second=self.first).exclude(pk=self.pk)
        if same.exists():
            raise ValidationError(_("Estas dos pistas ya se combinan."), code="NAR020")


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
