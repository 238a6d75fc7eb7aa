"""Tests of what a reader has: besitos, reactions, a subscription, items, hints, missions, achievements."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from yabot.core.conditions.base import (
    ConditionError,
    Facts,
    Test,
    key_field,
    kind,
    number_field,
    one_of_field,
    said,
)

MISSION_STATES = ("available", "active", "completed", "failed")
STATES_IN_WORDS = {
    "es": {"available": "disponible", "active": "en curso", "completed": "cumplida", "failed": "fallida"},
    "en": {state: state for state in MISSION_STATES},
}


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class BesitosTest(Test):
    """The reader has at least, or fewer than, so many besitos."""

    kind: ClassVar[str] = "besitos"
    needs: ClassVar[str] = "besitos"
    at_least: int | None = number_field(None)
    below: int | None = number_field(None)

    @classmethod
    def made(cls, values: Mapping[str, Any], *, negated: bool, row: int) -> Self:
        """Exactly one of the two bounds."""
        if len(values) != 1:
            raise ConditionError(row, "pon «al menos» o «menos de»", "give “at least” or “below”")
        return cls(**values, negated=negated)

    def holds(self, facts: Facts) -> bool:
        """Compares the balance."""
        if self.at_least is not None:
            return facts.besitos >= self.at_least
        return facts.besitos < (self.below or 0)

    def is_possible(self, best: Facts) -> bool:
        """Anybody can be poor."""
        return self.negated or self.at_least is None or self.holds(best)

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

    def to_text(self) -> str:
        """``besitos >= 15`` or ``besitos < 15``."""
        return f"besitos < {self.below}" if self.at_least is None else f"besitos >= {self.at_least}"

    @classmethod
    def from_words(cls, words: list[str]) -> dict[str, Any]:
        """The sign and the bound."""
        sign, bound = words
        return {{">=": "at_least", "<": "below"}[sign]: int(bound)}


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionsTest(Test):
    """The reader has given at least so many reactions."""

    kind: ClassVar[str] = "reactions"
    needs: ClassVar[str] = "reactions"
    at_least: int = number_field()

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


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class VipTest(Test):
    """The reader has a subscription in force."""

    kind: ClassVar[str] = "vip"
    needs: ClassVar[str] = "vip"

    def holds(self, facts: Facts) -> bool:
        """Whether they have."""
        return facts.vip

    def missing(self, facts: Facts, language: str) -> str:
        """The subscription."""
        return said(language, "Es solo para VIP", "This is for VIPs only")

    def too_late(self, facts: Facts, language: str) -> str:
        """It is for the others."""
        return said(language, "Es solo para quien aún no es VIP", "This is for those who are not VIP yet")

    def demand(self, language: str) -> str:
        """One word."""
        return "VIP"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTest(Test):
    """The reader carries at least so many of an item."""

    kind: ClassVar[str] = "item"
    needs: ClassVar[str] = "items"
    item: str = key_field("item")
    count: int = number_field(1, low=1, high=10_000)

    def holds(self, facts: Facts) -> bool:
        """Looks into the bag."""
        return facts.items.get(self.item, 0) >= self.count

    def missing(self, facts: Facts, language: str) -> str:
        """What the bag lacks."""
        more = self.count - facts.items.get(self.item, 0)
        name = facts.name("item", self.item, language)
        return said(language, f"Necesitas: {name}", f"You need: {name}") + (f" × {more}" if more > 1 else "")

    def too_late(self, facts: Facts, language: str) -> str:
        """It must not be there."""
        name = facts.name("item", self.item, language)
        return said(language, f"No puede ser mientras lleves: {name}", f"Not while you carry: {name}")

    def demand(self, language: str) -> str:
        """The item and how many."""
        return f"{said(language, 'objeto', 'item')} {self.item}" + (f" × {self.count}" if self.count > 1 else "")


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class HintTest(Test):
    """A hint is open for the reader."""

    kind: ClassVar[str] = "hint"
    needs: ClassVar[str] = "hints"
    hint: str = key_field("hint")

    def holds(self, facts: Facts) -> bool:
        """Whether it is."""
        return self.hint in facts.hints

    def missing(self, facts: Facts, language: str) -> str:
        """The hint to find."""
        name = facts.name("hint", self.hint, language)
        return said(language, f"Te falta la pista «{name}»", f"You lack the hint “{name}”")

    def demand(self, language: str) -> str:
        """The hint."""
        return f"{said(language, 'pista', 'hint')} {self.hint}"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class MissionTest(Test):
    """A mission is in a state for the reader."""

    kind: ClassVar[str] = "mission"
    needs: ClassVar[str] = "missions"
    mission: str = key_field("mission")
    state: str = one_of_field(*MISSION_STATES)

    def holds(self, facts: Facts) -> bool:
        """Compares the state."""
        return facts.missions.get(self.mission) == self.state

    def missing(self, facts: Facts, language: str) -> str:
        """What the mission has to be."""
        name, state = facts.name("mission", self.mission, language), STATES_IN_WORDS[language][self.state]
        return said(language, f"La misión «{name}» tiene que estar {state}", f"The mission “{name}” has to be {state}")

    def demand(self, language: str) -> str:
        """The mission and its state."""
        return f"{said(language, 'misión', 'mission')} {self.mission} {STATES_IN_WORDS[language][self.state]}"


@kind
@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementTest(Test):
    """The reader has an achievement."""

    kind: ClassVar[str] = "achievement"
    needs: ClassVar[str] = "achievements"
    achievement: str = key_field("achievement")

    def holds(self, facts: Facts) -> bool:
        """Whether they have."""
        return self.achievement in facts.achievements

    def missing(self, facts: Facts, language: str) -> str:
        """The achievement."""
        name = facts.name("achievement", self.achievement, language)
        return said(language, f"Te falta el logro «{name}»", f"You lack the achievement “{name}”")

    def demand(self, language: str) -> str:
        """The achievement."""
        return f"{said(language, 'logro', 'achievement')} {self.achievement}"
