"""Tests of what happened in a story: visits, choices, flags, counters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from yabot.core.conditions.base import NOT_YET, Facts, Test, key_field, kind, number_field, one_of_field, said

MOST_COUNTED = 1_000_000
COMPARE: dict[str, Callable[[int, int], bool]] = {"at_least": int.__ge__, "below": int.__lt__, "equal": int.__eq__}
SIGNS = {"at_least": "≥", "below": "<", "equal": "="}
TYPED = {"at_least": ">=", "below": "<", "equal": "="}


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class VisitedTest(Test):
    """The reader has been at a fragment at least so many times."""

    kind: ClassVar[str] = "visited"
    needs: ClassVar[str] = "visited"
    fragment: str = key_field("fragment")
    times: int = number_field(1, low=1, high=10_000)

    def holds(self, facts: Facts) -> bool:
        """Counts the visits."""
        return facts.visited.get(self.fragment, 0) >= self.times

    def missing(self, facts: Facts, language: str) -> str:
        """Where to go first."""
        name = facts.name("fragment", self.fragment, language)
        return said(language, f"Antes tienes que pasar por «{name}»", f"You have to pass “{name}” first")

    def too_late(self, facts: Facts, language: str) -> str:
        """Where they should not have been."""
        name = facts.name("fragment", self.fragment, language)
        return said(language, f"Ya pasaste por «{name}»", f"You have been at “{name}” already")

    def demand(self, language: str) -> str:
        """The fragment and how often."""
        words = f"{said(language, 'pasó por', 'visited')} {self.fragment}"
        return words + (f" × {self.times}" if self.times > 1 else "")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class ChoseTest(Test):
    """The reader has taken a choice."""

    kind: ClassVar[str] = "chose"
    needs: ClassVar[str] = "chosen"
    choice: str = key_field("choice")

    def holds(self, facts: Facts) -> bool:
        """Whether they did."""
        return facts.chosen.get(self.choice, 0) > 0

    def missing(self, facts: Facts, language: str) -> str:
        """What they did not do."""
        name = facts.name("choice", self.choice, language)
        return said(language, f"Antes tenías que elegir «{name}»", f"You had to choose “{name}” first")

    def too_late(self, facts: Facts, language: str) -> str:
        """What they did."""
        name = facts.name("choice", self.choice, language)
        return said(language, f"Ya elegiste «{name}»", f"You chose “{name}” already")

    def demand(self, language: str) -> str:
        """The choice."""
        return f"{said(language, 'eligió', 'chose')} {self.choice}"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class FlagTest(Test):
    """A flag of the story is set."""

    kind: ClassVar[str] = "flag"
    needs: ClassVar[str] = "flags"
    flag: str = key_field("flag")

    def holds(self, facts: Facts) -> bool:
        """Whether it is."""
        return self.flag in facts.flags

    def missing(self, facts: Facts, language: str) -> str:
        """What the editor says of it; a flag nobody has words for is a secret of the story."""
        return facts.words("flag", self.flag, language) or said(language, NOT_YET["es"], NOT_YET["en"])

    def demand(self, language: str) -> str:
        """The flag."""
        return f"{said(language, 'marca', 'flag')} {self.flag}"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class CounterTest(Test):
    """A counter of the story is at least, below or equal to a number."""

    kind: ClassVar[str] = "counter"
    needs: ClassVar[str] = "counters"
    counter: str = key_field("counter")
    op: str = one_of_field(*COMPARE)
    n: int = number_field(low=-MOST_COUNTED, high=MOST_COUNTED)

    def holds(self, facts: Facts) -> bool:
        """Compares the counter."""
        return COMPARE[self.op](facts.counters.get(self.counter, 0), self.n)

    def is_possible(self, best: Facts) -> bool:
        """A counter can be low; how high it can get is known."""
        return self.negated or self.op == "below" or best.counters.get(self.counter, 0) >= self.n

    def missing(self, facts: Facts, language: str) -> str:
        """What the editor says of too little; a counter nobody has words for is a secret of the story."""
        if facts.counters.get(self.counter, 0) >= self.n:
            return self.too_late(facts, language)
        return facts.words("counter", self.counter, language) or said(language, NOT_YET["es"], NOT_YET["en"])

    def demand(self, language: str) -> str:
        """The counter and its bound."""
        return f"{said(language, 'contador', 'counter')} {self.counter} {SIGNS[self.op]} {self.n}"

    def to_text(self) -> str:
        """``counter valor >= 3``."""
        return f"counter {self.counter} {TYPED[self.op]} {self.n}"

    @classmethod
    def from_words(cls, words: list[str]) -> dict[str, Any]:
        """The counter, the sign and the number."""
        counter, sign, number = words
        op = next(name for name, typed in TYPED.items() if typed == sign) if sign in TYPED.values() else sign
        return {"counter": counter, "op": op, "n": int(number)}
