"""What Lucien writes."""

import functools
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from narrative.models.occasions import Occasion, not_given
from yabot.core import clock
from yabot.core.ids import uuid7
from yabot.core.phrases import Kind, Phrase, PhraseError, Placeholder, compile_phrase
from yabot.core.telegram.limits import CAPTION, TEXT
from yabot.core.telegram.markup import Problem

PLACEHOLDERS = {
    placeholder.name: placeholder
    for placeholder in (
        Placeholder("nombre", "El nombre del lector", "The reader's name", "Ana", Kind.NAME),
        Placeholder("besitos", "Los besitos que tiene", "The besitos they have", "25", Kind.NUMBER),
        Placeholder("reacciones", "Las reacciones que ha dado", "The reactions they have given", "7", Kind.NUMBER),
        Placeholder("pista", "El título de la pista", "The hint's title", "La llave de plata"),
        Placeholder("historia", "El título de la historia", "The story's title", "La casa de Diana"),
        Placeholder("fragmento", "El fragmento en que está", "The fragment they are at", "El sótano"),
        Placeholder("final", "El final al que llegó", "The ending they reached", "La puerta abierta"),
        Placeholder("opcion", "La opción que eligió", "The choice they took", "Abrir la puerta"),
    )
}


@functools.lru_cache(maxsize=512)
def compiled(source: str, limit: int) -> Phrase:
    """The template's text, ready to be filled in. Raises PhraseError."""
    return compile_phrase(source, PLACEHOLDERS, limit)


class LucienTemplate(models.Model):
    """A letter of Lucien's, with places for the reader's own words and numbers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(_("clave"), max_length=64, unique=True, help_text=_("Un nombre corto que no cambia."))
    name = models.CharField(_("nombre"), max_length=120, help_text=_("Solo lo ves tú."))
    text_es = models.TextField(
        _("texto"),
        help_text=_(
            "Lo que Lucien escribe. Puedes usar <b>, <i>, <u>, <s>, <tg-spoiler>, <blockquote> y enlaces, "
            "y {nombre}, {besitos}, {reacciones}. {pista} vale donde se abre una pista; {historia}, {fragmento}, "
            "{final} y {opcion}, en las costumbres de Lucien que los tienen. "
            "Con {if besitos}…{else}…{end} cambias el texto."
        ),
    )
    text_en = models.TextField(_("texto en inglés"), blank=True, help_text=_("Vacío: se manda el español."))
    picture = models.FileField(
        _("imagen"),
        upload_to="lucien/",
        blank=True,
        help_text=_("Con imagen el texto es un pie de hasta 1024 caracteres."),
    )
    delay_seconds = models.PositiveIntegerField(
        _("espera en segundos"),
        default=0,
        validators=[MaxValueValidator(30 * 86400)],
        help_text=_("Cuánto se hace esperar Lucien. 0: escribe en el acto."),
    )
    updated_at = models.DateTimeField(_("última edición"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("carta de Lucien")
        verbose_name_plural = _("cartas de Lucien")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def limit(self) -> int:
        """How long the text may be."""
        return CAPTION if self.picture else TEXT

    def clean(self) -> None:
        """Refuse broken HTML and unknown placeholders, with line and column, and those that its uses cannot fill in."""
        problems: dict[str, list[ValidationError]] = {}
        for field in ("text_es", "text_en"):
            found = text_problems(getattr(self, field), self.limit)
            if found:
                problems[field] = [ValidationError(sentence, code="NAR001") for sentence in found]
        strange = self._not_given() if not problems else ""
        if strange:
            sentence = _("Esta carta se usa donde no se sabe %(names)s.") % {"names": strange}
            problems["text_es"] = [ValidationError(sentence, code="NAR023")]
        if problems:
            raise ValidationError(problems)

    def _not_given(self) -> str:
        """The values that one of this letter's uses cannot fill in."""
        occasions = set(self.lucienrule_set.values_list("occasion", flat=True))
        if self.hint_set.exists():
            occasions.add(Occasion.HINT)
        names = self.names()
        return next(filter(None, (not_given(names, occasion) for occasion in sorted(occasions))), "")

    def names(self) -> set[str]:
        """The values that either text shows or depends on; none of a text that cannot be read."""
        found: set[str] = set()
        for language in ("es", "en"):
            try:
                phrase = self.phrase(language)
            except PhraseError:
                continue
            found.update(phrase.names, phrase.conditions)
        return found

    def phrase(self, language: str) -> Phrase:
        """The text in ``language``, Spanish where there is no other."""
        source = self.text_en if language == "en" and self.text_en.strip() else self.text_es
        return compiled(source, self.limit)


def text_problems(source: str, limit: int) -> list[str]:
    """What an editor has to mend, each with its line and column, in the active language."""
    if not source.strip():
        return []
    try:
        compiled(source, limit)
    except PhraseError as error:
        return in_words(error.problems)
    return []


def in_words(problems: Iterable[Problem]) -> list[str]:
    """Each problem with its line and column, in the active language."""
    language = (get_language() or "es")[:2]
    place = "Line %d, column %d: %s" if language == "en" else "Línea %d, columna %d: %s"
    return [place % (problem.line, problem.column, problem.message(language)) for problem in problems]
