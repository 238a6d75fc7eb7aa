"""Conditions: a closed set of typed tests, as JSON that an editor fills in as rows. No expressions, no code.

``{"all": [{"is": "besitos", "at_least": 20}, {"is": "reactions", "at_least": 3, "not": true}, {"any": [...]}]}``

A new kind is one class. Every kind can check itself, say what is missing in the reader's language, and say which
facts it needs, so that the facts of a whole batch are loaded in as few queries as there are kinds of facts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from yabot.core.errors import DomainError

MOST_TESTS = 12


class ConditionError(DomainError):
    """A condition that means nothing. ``row`` counts from 1; 0 is the condition as a whole."""

    code = "CND001"

    def __init__(self, row: int, es: str, en: str) -> None:
        super().__init__(en)
        self.row, self._es, self._en = row, es, en

    def sentence(self, language: str) -> str:
        """What is wrong, and in which row."""
        if language == "en":
            return f"Row {self.row}: {self._en}" if self.row else self._en
        return f"Fila {self.row}: {self._es}" if self.row else self._es


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one reader when a condition is checked; ``unknown`` names the facts nobody knows now."""

    besitos: int = 0
    reactions: int = 0
    unknown: frozenset[str] = frozenset()


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

    def explain(self, facts: Facts, language: str) -> str:
        """What is missing, in one short sentence; empty when nothing is."""
        if self.needs in facts.unknown:
            return "I cannot tell right now" if language == "en" else "No lo sé ahora"
        if self.check(facts):
            return ""
        if self.negated:
            return "It is too late for this" if language == "en" else "Para esto ya es tarde"
        return self.missing(facts, language)

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

    def to_json(self) -> dict[str, Any]:
        """The row as it is stored."""
        values = {part.name: getattr(self, part.name) for part in fields(self) if part.name != "negated"}
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
        allowed = {part.name for part in fields(kind)} - {"negated"} | {"is", "not"}
        for name in given:
            if name not in allowed:
                raise ConditionError(row, f"sobra «{name}»", f"“{name}” does not belong here")
        values = {name: value for name, value in given.items() if name not in {"is", "not"}}
        for name, value in values.items():
            if type(value) is not int or not 0 <= value <= 10**12:
                raise ConditionError(row, f"«{name}» debe ser un número", f"“{name}” must be a number")
        if type(given.get("not", False)) is not bool:
            raise ConditionError(row, "«not» es sí o no", "“not” is yes or no")
        return kind.made(values, negated=bool(given.get("not")), row=row)

    @classmethod
    def made(cls, values: Mapping[str, int], *, negated: bool, row: int) -> Self:
        """The test from checked values."""
        try:
            return cls(**values, negated=negated)
        except TypeError:
            raise ConditionError(row, "falta un número", "a number is missing") from None


def _kind(test: type[Test]) -> type[Test]:
    Test.known[test.kind] = test
    return test


@_kind
@dataclass(frozen=True, slots=True, kw_only=True)
class BesitosTest(Test):
    """The reader has at least, or fewer than, so many besitos."""

    kind: ClassVar[str] = "besitos"
    needs: ClassVar[str] = "besitos"
    at_least: int | None = None
    below: int | None = None

    @classmethod
    def made(cls, values: Mapping[str, int], *, negated: bool, row: int) -> Self:
        """Exactly one of the two bounds."""
        if len(values) != 1:
            raise ConditionError(row, "pon «at_least» o «below»", "give “at_least” or “below”")
        return cls(**values, negated=negated)

    def holds(self, facts: Facts) -> bool:
        """Compares the balance."""
        if self.at_least is not None:
            return facts.besitos >= self.at_least
        return facts.besitos < (self.below or 0)

    def missing(self, facts: Facts, language: str) -> str:
        """How many besitos are missing."""
        count = (self.at_least or 0) - facts.besitos
        if count <= 0:
            return "You have too many besitos" if language == "en" else "Tienes demasiados besitos"
        if language == "en":
            return f"You need {count} more besito{'s' if count > 1 else ''}"
        return f"Te faltan {count} besitos" if count > 1 else "Te falta 1 besito"

    def demand(self, language: str) -> str:
        """The bound, as editors read it."""
        return f"< {self.below} besitos" if self.at_least is None else f"≥ {self.at_least} besitos"


@_kind
@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionsTest(Test):
    """The reader has given at least so many reactions."""

    kind: ClassVar[str] = "reactions"
    needs: ClassVar[str] = "reactions"
    at_least: int

    def holds(self, facts: Facts) -> bool:
        """Compares the count."""
        return facts.reactions >= self.at_least

    def missing(self, facts: Facts, language: str) -> str:
        """How many reactions are missing."""
        count = self.at_least - facts.reactions
        if language == "en":
            return f"You need {count} more reaction{'s' if count > 1 else ''}"
        return f"Te faltan {count} reacciones" if count > 1 else "Te falta 1 reacción"

    def demand(self, language: str) -> str:
        """The bound, as editors read it."""
        return f"≥ {self.at_least} {'reactions' if language == 'en' else 'reacciones'}"


@dataclass(frozen=True, slots=True)
class Condition:
    """All of the tests, and at least one of ``either`` when there are any. Without tests it always holds."""

    tests: tuple[Test, ...] = ()
    either: tuple[Test, ...] = ()

    @classmethod
    def parse(cls, data: Any) -> "Condition":
        """Read stored JSON. Raises ConditionError that names the row."""
        if not data:
            return cls()
        if not isinstance(data, dict) or set(data) != {"all"} or not isinstance(data["all"], list):
            raise ConditionError(0, 'debe ser {"all": [filas]}', 'must be {"all": [rows]}')
        return cls._of_rows(data["all"])

    @classmethod
    def _of_rows(cls, given: list[Any]) -> "Condition":
        tests: list[Test] = []
        either: list[Test] = []
        for row, part in enumerate(given, start=1):
            if not isinstance(part, dict):
                raise ConditionError(row, "no es una fila", "is not a row")
            if "any" in part:
                if either or set(part) != {"any"} or not isinstance(part["any"], list) or not part["any"]:
                    raise ConditionError(row, "un solo grupo «any», con filas", "one “any” group, with rows")
                either = [Test.read(_row(inner, row), row) for inner in part["any"]]
            else:
                tests.append(Test.read(part, row))
        if len(tests) + len(either) > MOST_TESTS:
            raise ConditionError(0, f"más de {MOST_TESTS} pruebas", f"more than {MOST_TESTS} tests")
        return cls(tuple(tests), tuple(either))

    def to_json(self) -> dict[str, Any]:
        """As it is stored; empty when it always holds."""
        rows: list[dict[str, Any]] = [test.to_json() for test in self.tests]
        if self.either:
            rows.append({"any": [test.to_json() for test in self.either]})
        return {"all": rows} if rows else {}

    def __iter__(self) -> Iterator[Test]:
        yield from self.tests
        yield from self.either

    def __bool__(self) -> bool:
        return bool(self.tests or self.either)

    @property
    def needs(self) -> frozenset[str]:
        """The facts it looks at."""
        return frozenset(test.needs for test in self)

    def judge(self, facts: Facts) -> bool | None:
        """Whether the reader passes; None when that hangs on what nobody knows."""
        verdicts = [test.judge(facts) for test in self.tests]
        if self.either:
            options = [test.judge(facts) for test in self.either]
            verdicts.append(True if True in options else None if None in options else False)
        return False if False in verdicts else None if None in verdicts else True

    def check(self, facts: Facts) -> bool:
        """Whether the reader certainly passes."""
        if facts.unknown:
            return self.judge(facts) is True
        for test in self.tests:  # a plain loop: a generator costs more than the tests
            if test.holds(facts) is test.negated:
                return False
        return not self.either or any(test.check(facts) for test in self.either)

    def explain(self, facts: Facts, language: str) -> str:
        """What is missing, in one line; empty when nothing is."""
        said = [words for test in self.tests if (words := test.explain(facts, language))]
        if self.either and not any(test.judge(facts) for test in self.either):
            word = " or " if language == "en" else " o "
            said.append(word.join(test.explain(facts, language) for test in self.either))
        return ". ".join(said)

    def describe(self, language: str) -> str:
        """The whole condition in an editor's words; empty when it always holds."""
        said = [test.describe(language) for test in self.tests]
        if self.either:
            group = (" or " if language == "en" else " o ").join(test.describe(language) for test in self.either)
            said.append(f"({group})" if said else group)
        return (" and " if language == "en" else " y ").join(said)


def _row(given: Any, row: int) -> Mapping[str, Any]:
    if not isinstance(given, dict) or "any" in given:
        raise ConditionError(row, "un grupo no lleva otro dentro", "a group holds no other group")
    return given
