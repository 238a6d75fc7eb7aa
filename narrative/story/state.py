"""Where a reader stands in a story, as an immutable value: what they saw, chose and carry of the story's own."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

Numbers = Mapping[str, int]
MOST_REMEMBERED = 20  # places on the way back


@dataclass(frozen=True, slots=True)
class State:
    """One reader in one story. ``step`` counts moves; a button of another step is an old one.

    Who has not ``arrived`` stands before the fragment's closed gate: it is not visited yet, and has done nothing yet.
    """

    fragment: str = ""  # empty: before the beginning
    step: int = 0
    visited: Numbers = field(default_factory=dict)
    chosen: Numbers = field(default_factory=dict)
    here: frozenset[str] = frozenset()  # choices taken during this visit
    flags: frozenset[str] = frozenset()
    counters: Numbers = field(default_factory=dict)
    way: tuple[str, ...] = ()  # where they came from, the last one last
    endings: frozenset[str] = frozenset()
    arrived: bool = True
    given: Numbers = field(default_factory=dict)  # for which time each place has given, in all beginnings

    def went(self, key: str, *, choice: str = "") -> Self:
        """Before the fragment ``key``, by a choice or without one. Going on the spot keeps what was taken here."""
        stays = key == self.fragment
        taken = self.here | {choice} if choice else self.here
        return replace(
            self,
            fragment=key,
            step=self.step + 1,
            chosen=plus(self.chosen, choice) if choice else self.chosen,
            here=taken if stays else frozenset(),
            way=self.way if stays or not self.fragment else (*self.way, self.fragment)[-MOST_REMEMBERED:],
            arrived=False,
        )

    def entered(self) -> Self:
        """In the fragment they stood before."""
        return replace(self, visited=plus(self.visited, self.fragment), arrived=True)

    def went_back(self, *, choice: str) -> Self:
        """Before the fragment they came from."""
        moved = self.went(self.way[-1], choice=choice)
        return replace(moved, way=self.way[:-1])

    def brought(self, to: Mapping[str, str], known: Container[str]) -> Self | None:
        """In another release, where fragments are called ``to``; None when the one they are at is not there."""
        key = to.get(self.fragment, self.fragment)
        if key not in known:
            return None
        way = tuple(place for place in (to.get(one, one) for one in self.way) if place in known)
        if key == self.fragment:
            return replace(self, way=way)
        return replace(self, way=way, fragment=key, here=frozenset(), arrived=False)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "fragment": self.fragment,
            "step": self.step,
            "visited": dict(self.visited),
            "chosen": dict(self.chosen),
            "here": sorted(self.here),
            "flags": sorted(self.flags),
            "counters": dict(self.counters),
            "way": list(self.way),
            "endings": sorted(self.endings),
            "arrived": self.arrived,
            "given": dict(self.given),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote."""
        sets = {name: frozenset(given[name]) for name in ("here", "flags", "endings")}
        return cls(**{**given, **sets, "way": tuple(given["way"])})


def plus(numbers: Numbers, key: str, by: int = 1) -> dict[str, int]:
    """The same numbers, one of them changed."""
    return {**numbers, key: numbers.get(key, 0) + by}
