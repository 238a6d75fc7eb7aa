"""Which hints can open, kept ready: the hot path asks for every reaction."""

import logging
import time
from dataclasses import dataclass
from uuid import UUID

from django.db.models.signals import post_delete, post_save

from narrative.models import Hint, LucienTemplate
from yabot.core.conditions import Condition
from yabot.core.phrases import Phrase, PhraseError

log = logging.getLogger(__name__)

FRESH_SECONDS = 2.0  # another process's edit is seen after this at the latest


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
    """The active hints that have a condition, by the fact that can open them."""

    by_fact: dict[str, tuple[OpenHint, ...]]
    read_at: float

    def watching(self, fact: str) -> tuple[OpenHint, ...]:
        """The hints whose condition looks at ``fact``."""
        return self.by_fact.get(fact, ())

    def every(self) -> tuple[OpenHint, ...]:
        """All of them, each once."""
        return tuple({hint.id: hint for hints in self.by_fact.values() for hint in hints}.values())


_known: Catalogue | None = None


def catalogue() -> Catalogue:
    """The hints as they are now, read again when somebody edited them or after two seconds."""
    global _known
    if _known is None or time.monotonic() - _known.read_at > FRESH_SECONDS:
        _known = _read()
    return _known


def forget(**_: object) -> None:
    """Read the hints again next time."""
    global _known
    _known = None


for _model in (Hint, LucienTemplate):
    for _signal in (post_save, post_delete):
        _signal.connect(forget, sender=_model, dispatch_uid=f"narrative.catalogue.{_model.__name__}")


def _read() -> Catalogue:
    by_fact: dict[str, list[OpenHint]] = {}
    # What is open for everyone is announced by the walk over all readers, and never again.
    for row in Hint.objects.filter(is_active=True, opened_to_all_at=None).select_related("template"):
        hint = opening(row)
        for fact in hint.condition.needs if hint else ():
            by_fact.setdefault(fact, []).append(hint)  # type: ignore[arg-type]
    return Catalogue({fact: tuple(hints) for fact, hints in by_fact.items()}, time.monotonic())


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
