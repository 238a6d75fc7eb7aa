"""A condition: rows that must all hold, and one group of which one must."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yabot.core.conditions.base import NOT_YET, TOO_LATE, ConditionError, Facts, Ref, Test

MOST_TESTS = 12


@dataclass(frozen=True, slots=True)
class Condition:
    """All of the tests, and at least one of ``either`` when there are any. Without tests it always holds."""

    tests: tuple[Test, ...] = ()
    either: tuple[Test, ...] = ()

    @classmethod
    def parse(cls, data: Any) -> "Condition":
        """Read stored JSON. Raises ConditionError that names the row."""
        if data is None or data == {}:
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
                either = [_option(inner, row, place) for place, inner in enumerate(part["any"], start=1)]
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

    @classmethod
    def from_text(cls, text: str) -> "Condition":
        """Read the text form: ``item llave; not visited sotano; any vip | besitos >= 20``. Raises ConditionError."""
        rows = [line.strip() for line in text.replace("\n", ";").split(";") if line.strip()]
        return cls.parse({"all": [_from_line(line, row) for row, line in enumerate(rows, start=1)]})

    def to_text(self) -> str:
        """The text form, in one line."""
        said = [_line(test) for test in self.tests]
        if self.either:
            said.append("any " + " | ".join(_line(test) for test in self.either))
        return "; ".join(said)

    def refs(self) -> Iterator[Ref]:
        """The keys it points to."""
        for test in self:
            yield from test.refs()

    def is_possible(self, best: Facts) -> bool:
        """Whether it can ever hold for a reader who at best has these facts."""
        return all(test.is_possible(best) for test in self.tests) and (
            not self.either or any(test.is_possible(best) for test in self.either)
        )

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
        """What is missing, as whole sentences in one line; empty when nothing is."""
        said = [words for test in self.tests if (words := test.explain(facts, language))]
        if self.either and not any(test.judge(facts) for test in self.either):
            ways = _telling([test.explain(facts, language) for test in self.either], (NOT_YET, TOO_LATE))
            word = " or " if language == "en" else " o "
            said.append(word.join([ways[0], *map(_inside, ways[1:])]))
        return as_sentences(_telling(said, (NOT_YET,)))

    def describe(self, language: str) -> str:
        """The whole condition in an editor's words; empty when it always holds."""
        said = [test.describe(language) for test in self.tests]
        if self.either:
            group = (" or " if language == "en" else " o ").join(test.describe(language) for test in self.either)
            said.append(f"({group})" if said else group)
        return (" and " if language == "en" else " y ").join(said)


def as_sentences(said: Iterable[str]) -> str:
    """Each of these with a full stop, in one line."""
    return " ".join(words if words.endswith((".", "!", "?", "…")) else f"{words}." for words in said)


def _telling(said: Iterable[str], vague: Iterable[Mapping[str, str]]) -> list[str]:
    """Each of these once; without the ones that tell nothing, where any other tells something."""
    once = list(dict.fromkeys(said))
    empty = {words for each in vague for words in each.values()}
    return [words for words in once if words not in empty] or once


def _inside(words: str) -> str:
    """A sentence as it goes on in the middle of another."""
    return words if words.startswith("I ") else words[:1].lower() + words[1:]


def _row(given: Any, row: int) -> Mapping[str, Any]:
    if not isinstance(given, dict) or "any" in given:
        raise ConditionError(row, "un grupo no lleva otro dentro", "a group holds no other group")
    return given


def _option(given: Any, row: int, place: int) -> Test:
    try:
        return Test.read(_row(given, row), row)
    except ConditionError as error:
        error.option = place
        raise


def _line(test: Test) -> str:
    return f"not {test.to_text()}" if test.negated else test.to_text()


def _from_line(line: str, row: int) -> dict[str, Any]:
    if line.startswith("any "):
        return {"any": [_from_line(part.strip(), row) for part in line[4:].split("|")]}
    words = line.split()
    negated = words[:1] == ["not"]
    name, *rest = words[negated:] or [""]
    kind = Test.known.get(name)
    if kind is None:
        raise ConditionError(row, f"no existe la prueba «{name}»", f"there is no test “{name}”")
    try:
        return {"is": name, **kind.from_words(rest), **({"not": True} if negated else {})}
    except (ValueError, KeyError, IndexError):
        raise ConditionError(row, f"«{line}» no se entiende", f"“{line}” cannot be understood") from None
