"""Tests of the calendar and the clock, where the reader is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Self

from yabot.core.conditions.base import ConditionError, Facts, Test, kind, number_field, said

WEEKDAYS = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábados", "domingos"),
    "en": ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"),
}


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenTest(Test):
    """Today is between two days, both included; either may be open."""

    kind: ClassVar[str] = "between"
    needs: ClassVar[str] = "now"
    first: date | None = field(default=None, metadata={"type": "day"})
    last: date | None = field(default=None, metadata={"type": "day"})

    @classmethod
    def made(cls, values: Mapping[str, Any], *, negated: bool, row: int) -> Self:
        """At least one of the days, in order."""
        first, last = values.get("first"), values.get("last")
        if first is None and last is None:
            raise ConditionError(row, "pon «desde el» o «hasta el»", "give “from” or “until”")
        if first and last and last < first:
            raise ConditionError(row, "termina antes de empezar", "it ends before it begins")
        return cls(**values, negated=negated)

    def holds(self, facts: Facts) -> bool:
        """Compares the day."""
        if facts.now is None:
            return False
        today = facts.now.date()
        return (self.first is None or self.first <= today) and (self.last is None or today <= self.last)

    def is_possible(self, best: Facts) -> bool:
        """Unless it is over for good."""
        return self.negated or self.last is None or best.now is None or best.now.date() <= self.last

    def missing(self, facts: Facts, language: str) -> str:
        """When it begins, or that it is over."""
        if self.first and facts.now and facts.now.date() < self.first:
            return said(language, f"Empieza el {self.first:%d/%m/%Y}", f"It begins on {self.first:%Y-%m-%d}")
        return said(language, "Ya pasó la fecha", "The date has passed")

    def demand(self, language: str) -> str:
        """The days."""
        return " – ".join(day.isoformat() if day else "…" for day in (self.first, self.last))

    def to_text(self) -> str:
        """``between 2026-12-01 2026-12-24``; an open end is a dot."""
        return " ".join(["between", *(day.isoformat() if day else "." for day in (self.first, self.last))])

    @classmethod
    def from_words(cls, words: list[str]) -> dict[str, Any]:
        """The two days."""
        first, last = words
        return {name: word for name, word in (("first", first), ("last", last)) if word != "."}


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class WeekdayTest(Test):
    """Today is one of these days of the week; 1 is Monday."""

    kind: ClassVar[str] = "weekday"
    needs: ClassVar[str] = "now"
    days: tuple[int, ...] = field(metadata={"type": "days"})

    def holds(self, facts: Facts) -> bool:
        """Looks at the calendar."""
        return facts.now is not None and facts.now.isoweekday() in self.days

    def is_possible(self, best: Facts) -> bool:
        """Every day comes."""
        return True

    def missing(self, facts: Facts, language: str) -> str:
        """The days."""
        return said(language, f"Solo los {self.demand('es')}", f"Only on {self.demand('en')}")

    def demand(self, language: str) -> str:
        """The days."""
        return ", ".join(WEEKDAYS[language][day - 1] for day in self.days)

    @classmethod
    def from_words(cls, words: list[str]) -> dict[str, Any]:
        """The days, with commas."""
        (days,) = words
        return {"days": [int(day) for day in days.split(",")]}


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class HoursTest(Test):
    """The hour is from ``start`` until before ``end``; a night may pass midnight."""

    kind: ClassVar[str] = "hours"
    needs: ClassVar[str] = "now"
    start: int = number_field(high=23)
    end: int = number_field(low=1, high=24)

    @classmethod
    def made(cls, values: Mapping[str, Any], *, negated: bool, row: int) -> Self:
        """A span that is not empty."""
        if "start" in values and values["start"] == values.get("end"):
            raise ConditionError(row, "termina cuando empieza", "it ends when it begins")
        return super(HoursTest, cls).made(values, negated=negated, row=row)

    def holds(self, facts: Facts) -> bool:
        """Looks at the clock."""
        if facts.now is None:
            return False
        hour = facts.now.hour
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end

    def is_possible(self, best: Facts) -> bool:
        """Every hour comes."""
        return True

    def missing(self, facts: Facts, language: str) -> str:
        """From when until when."""
        span = f"{self.start:02}:00", f"{self.end:02}:00"
        return said(language, "Solo de {} a {}".format(*span), "Only from {} to {}".format(*span))

    def demand(self, language: str) -> str:
        """From when until when."""
        return f"{self.start:02}:00–{self.end:02}:00"
