"""What a test is: one row of a condition, with fields that an editor fills in and a verdict on one reader's facts."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, ClassVar, Self

from yabot.core.conditions.wording import called
from yabot.core.errors import DomainError


class _Nothing(dict[str, Any]):
    """An empty mapping that may be a default: nobody writes into facts."""

    __hash__ = object.__hash__  # type: ignore[assignment]


NONE: Mapping[str, Any] = _Nothing()
MOST = 10**12
NOT_YET = {"es": "Todavía no es el momento", "en": "It is not the time yet"}  # where nobody has said what is missing
TOO_LATE = {"es": "Para esto ya es tarde", "en": "It is too late for this"}
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


class ConditionError(DomainError):
    """A condition that means nothing. ``row`` counts from 1; 0 is the condition as a whole.

    ``option`` is the place of the mistake within an "any" row, from 1; 0: the mistake is the row's own.
    """

    code = "CND001"

    def __init__(self, row: int, es: str, en: str) -> None:
        super().__init__(en)
        self.row, self.option, self._es, self._en = row, 0, es, en

    def sentence(self, language: str) -> str:
        """What is wrong, and in which row."""
        row, option, words = ("Row", "option", self._en) if language == "en" else ("Fila", "opción", self._es)
        place = f"{row} {self.row}, {option} {self.option}" if self.option else f"{row} {self.row}"
        return f"{place}: {words}" if self.row else words


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one reader when a condition is checked; ``unknown`` names the facts nobody knows now.

    ``names`` are the titles of keys for sentences, by "kind:key" or, in one language, "kind:key:en".
    ``now`` is the time where the reader is.
    """

    besitos: int = 0
    reactions: int = 0
    unknown: frozenset[str] = frozenset()
    vip: bool = False
    items: Mapping[str, int] = NONE
    hints: frozenset[str] = frozenset()
    missions: Mapping[str, str] = NONE
    achievements: frozenset[str] = frozenset()
    visited: Mapping[str, int] = NONE
    chosen: Mapping[str, int] = NONE
    flags: Set[str] = frozenset()
    counters: Mapping[str, int] = NONE
    now: datetime | None = None
    names: Mapping[str, str] = NONE

    def name(self, kind: str, key: str, language: str) -> str:
        """The title of what this key names, or the key as words."""
        return self.words(kind, key, language) or key.replace("-", " ").replace("_", " ")

    def words(self, kind: str, key: str, language: str) -> str:
        """What is said of this key; empty when nothing is."""
        return self.names.get(f"{kind}:{key}:{language}") or self.names.get(f"{kind}:{key}") or ""


@dataclass(frozen=True, slots=True)
class Ref:
    """Something a test or an effect points to."""

    kind: str
    key: str


def key_field(kind: str) -> Any:
    """A field that holds the key of an item, a fragment …"""
    return field(metadata={"type": "key", "refers": kind})


def number_field(default: Any = ..., *, low: int = 0, high: int = MOST) -> Any:
    """A field that holds a whole number between these bounds; optional when it has a default."""
    given = {} if default is ... else {"default": default}
    return field(metadata={"type": "number", "low": low, "high": high}, **given)


def one_of_field(*options: str) -> Any:
    """A field that holds one of these words."""
    return field(metadata={"type": "option", "options": options})


@dataclass(frozen=True, slots=True)
class Test:
    """One row. ``kind`` is its name in JSON; the fields are what the editor fills in."""

    kind: ClassVar[str]
    needs: ClassVar[str]  # the fact it looks at
    known: ClassVar[dict[str, type["Test"]]] = {}
    negated: bool = False

    def check(self, facts: Facts) -> bool:
        """Whether the reader passes."""
        return self.holds(facts) is not self.negated

    def judge(self, facts: Facts) -> bool | None:
        """Whether the reader passes; None when nobody knows."""
        return None if self.needs in facts.unknown else self.check(facts)

    def holds(self, facts: Facts) -> bool:
        """The test itself, before the NOT tick."""
        raise TypeError("a kind of test says when it holds")

    def is_possible(self, best: Facts) -> bool:
        """Whether it can ever pass for a reader who at best has these facts. Never says no to what is possible."""
        return self.negated or self.holds(best)

    def explain(self, facts: Facts, language: str) -> str:
        """What is missing, in one short sentence; empty when nothing is."""
        if self.needs in facts.unknown:
            return "I cannot tell right now" if language == "en" else "No lo sé ahora"
        if self.check(facts):
            return ""
        if self.negated:
            return self.too_late(facts, language)
        return self.missing(facts, language)

    def too_late(self, facts: Facts, language: str) -> str:
        """Why a negated test does not pass."""
        return TOO_LATE["en" if language == "en" else "es"]

    def missing(self, facts: Facts, language: str) -> str:
        """What is missing when the test does not hold."""
        raise TypeError("a kind of test says what is missing")

    def describe(self, language: str) -> str:
        """The row in an editor's words: «≥ 15 besitos»."""
        words = self.demand(language)
        if not self.negated:
            return words
        return f"not ({words})" if language == "en" else f"no ({words})"

    def demand(self, language: str) -> str:
        """What the test asks for, before the NOT tick."""
        raise TypeError("a kind of test says what it asks for")

    def to_text(self) -> str:
        """The row as one line of the text form, without NOT: ``item llave-plata 2``."""
        said = (values_in_words(getattr(self, part.name)) for part in parts(type(self)))
        return " ".join([self.kind, *(words for words in said if words)])

    @classmethod
    def from_words(cls, words: list[str]) -> dict[str, Any]:
        """The fields from the words that ``to_text`` wrote after the kind. Raises ValueError, IndexError."""
        values: dict[str, Any] = {}
        for part, word in zip(parts(cls), words, strict=False):
            values[part.name] = int(word) if part.metadata["type"] == "number" else word
        if len(words) > len(parts(cls)):
            raise ValueError(words[-1])
        return values

    def refs(self) -> Iterator[Ref]:
        """The keys it points to."""
        for part in parts(type(self)):
            if "refers" in part.metadata:
                yield Ref(part.metadata["refers"], getattr(self, part.name))

    def to_json(self) -> dict[str, Any]:
        """The row as it is stored."""
        values = {part.name: plain(getattr(self, part.name)) for part in parts(type(self))}
        row = {"is": self.kind, **{name: value for name, value in values.items() if value is not None}}
        return {**row, "not": True} if self.negated else row

    @classmethod
    def read(cls, given: Mapping[str, Any], row: int) -> "Test":
        """A stored row. Raises ConditionError."""
        kind = cls.known.get(str(given.get("is")))
        if kind is None:
            raise ConditionError(
                row, f"no existe la prueba «{given.get('is')}»", f"there is no test “{given.get('is')}”"
            )
        by_name = {part.name: part for part in parts(kind)}
        for name in given:
            if name not in by_name and name not in {"is", "not"}:
                raise ConditionError(row, f"sobra «{name}»", f"“{name}” does not belong here")
        values = {name: checked(by_name[name], given[name], row) for name in given if name in by_name}
        if type(given.get("not", False)) is not bool:
            raise ConditionError(row, "«not» es sí o no", "“not” is yes or no")
        return kind.made(values, negated=bool(given.get("not")), row=row)

    @classmethod
    def made(cls, values: Mapping[str, Any], *, negated: bool, row: int) -> Self:
        """The test from checked values."""
        for part in parts(cls):
            if part.name not in values and not has_default(part):
                es, en = called(part.name)
                raise ConditionError(row, f"falta poner {es}", f"give {en}")
        return cls(**values, negated=negated)


def said(language: str, es: str, en: str) -> str:
    """The sentence in this language."""
    return en if language == "en" else es


def kind(test: type[Test]) -> type[Test]:
    """Make a kind of test known."""
    Test.known[test.kind] = test
    return test


def parts(test: type[Test]) -> list[Any]:
    """The fields of a kind, in the order of its form."""
    return [part for part in fields(test) if part.name != "negated"]


def has_default(part: Any) -> bool:
    """Whether a row may leave this field out."""
    return type(part.default).__name__ != "_MISSING_TYPE"


def plain(value: Any) -> Any:
    """A field's value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value


def values_in_words(value: Any) -> str:
    """A field's value as the text form has it."""
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(plain(value))


def checked(part: Any, value: Any, row: int) -> Any:
    """A field's value, if it is one. Raises ConditionError."""
    wanted, (es, en) = part.metadata["type"], called(part.name)
    if wanted == "number":
        low, high = part.metadata["low"], part.metadata["high"]
        if type(value) is not int or not low <= value <= high:
            raise ConditionError(
                row, f"{es} debe ser un número entre {low} y {high}", f"{en} must be a number from {low} to {high}"
            )
        return value
    if wanted == "key":
        if isinstance(value, str) and KEY.match(value):
            return value
        raise ConditionError(row, f"«{value}» no está: elige {es} de la lista", f"“{value}” is not there: choose {en}")
    return _chosen(part, value) or _refused(row, es, en)


def _refused(row: int, es: str, en: str) -> Any:
    raise ConditionError(row, f"no se entiende: revisa {es}", f"cannot be understood: look at {en}")


def _is_weekday(day: Any) -> bool:
    return type(day) is int and 1 <= day <= 7


def _chosen(part: Any, value: Any) -> Any:
    """A word, a day or days of the week; None when it is none."""
    wanted = part.metadata["type"]
    if wanted == "option" and isinstance(value, str) and value in part.metadata["options"]:
        return value
    if wanted == "day" and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    if wanted == "days" and isinstance(value, list) and value and all(map(_is_weekday, value)):
        return tuple(sorted(set(value)))
    return None
