"""Which hints can open, kept ready: the hot path asks for every reaction."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models.signals import post_delete, post_save

from narrative.models import Hint, LucienTemplate
from yabot.core.conditions import Condition
from yabot.core.phrases import Phrase, PhraseError
from yabot.core.remembered import Remembered

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LetterText:
    """What Lucien writes, ready to be filled in. ``id`` is its template's."""

    id: UUID
    es: Phrase
    en: Phrase
    picture: str
    delay_seconds: int

    def mentions(self, name: str) -> bool:
        """Whether either text shows this value or depends on it."""
        return any(name in phrase.names or name in phrase.conditions for phrase in (self.es, self.en))

    @property
    def names(self) -> frozenset[str]:
        """The values that either text shows or depends on."""
        return frozenset().union(*({*phrase.names, *phrase.conditions} for phrase in (self.es, self.en)))

    def phrase(self, language: str) -> Phrase:
        """The text in ``language``."""
        return self.en if language == "en" else self.es

    @classmethod
    def of(cls, template: LucienTemplate) -> "LetterText":
        """The template's texts, compiled. Raises PhraseError."""
        spanish, english = template.phrase("es"), template.phrase("en")
        return cls(template.pk, spanish, english, template.picture.name or "", template.delay_seconds)


@dataclass(frozen=True, slots=True)
class OpenHint:
    """A hint that can open, with everything its opening needs."""

    id: UUID
    key: str
    title_es: str
    title_en: str
    condition: Condition
    letter: LetterText | None

    def title(self, language: str) -> str:
        """The title in ``language``, Spanish where there is no other."""
        return (self.title_en if language == "en" else "") or self.title_es


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The active hints: by key, and those with a condition by the fact that can open them; how every hint is called."""

    by_key: Mapping[str, OpenHint]
    by_fact: dict[str, tuple[OpenHint, ...]]
    titles: Mapping[str, str]

    def watching(self, fact: str) -> tuple[OpenHint, ...]:
        """The hints whose condition looks at ``fact``."""
        return self.by_fact.get(fact, ())

    def every(self) -> tuple[OpenHint, ...]:
        """All of them, each once."""
        return tuple({hint.id: hint for hints in self.by_fact.values() for hint in hints}.values())


def _read() -> Catalogue:
    by_key: dict[str, OpenHint] = {}
    by_fact: dict[str, list[OpenHint]] = {}
    titles: dict[str, str] = {}
    for row in Hint.objects.select_related("template"):
        titles |= {f"hint:{row.key}": row.title_es, f"hint:{row.key}:en": row.title_en}
        hint = opening(row) if row.is_active else None
        if hint is None:
            continue
        by_key[hint.key] = hint
        # What is open for everyone is announced by the walk over all readers, and never again.
        for fact in hint.condition.needs if row.opened_to_all_at is None else ():
            by_fact.setdefault(fact, []).append(hint)
    return Catalogue(by_key, {fact: tuple(hints) for fact, hints in by_fact.items()}, titles)


catalogue = Remembered(_read, fresh=timedelta(seconds=2))
"""The hints as they are now."""
for _model in (Hint, LucienTemplate):
    for _signal in (post_save, post_delete):
        _signal.connect(catalogue.changed, sender=_model, dispatch_uid=f"narrative.catalogue.{_model.__name__}")


def opening(row: Hint) -> OpenHint | None:
    """The hint ready to open; None when its condition cannot be read (it was checked when it was saved)."""
    condition = row.parsed_condition
    if condition is None:
        return None
    return OpenHint(row.pk, row.key, row.title_es, row.title_en, condition, _letter(row))


def _letter(row: Hint) -> LetterText | None:
    """None also for a letter that cannot be read (it was checked when it was saved): the hint opens all the same."""
    try:
        return LetterText.of(row.template) if row.template else None
    except PhraseError as error:
        log.warning("the letter of %s cannot be read: %s", row.key, error)
        return None
