"""What can be reached: a fixpoint that only grows, so that what it calls impossible is impossible for everybody.

NOT is ignored: it can only make less possible, and the walks look at it. "Once", and places where nobody comes twice,
bound how high numbers of the story's own get. Items may be fetched in every new beginning: there are plenty.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from narrative.linting.best import PLENTY, Best
from narrative.linting.clashes import clash
from narrative.linting.findings import World
from narrative.story.content import BACK, Choice, Fragment, Story
from narrative.story.effects import Count, Effect, GiveBesitos, GiveItem, SetFlag
from narrative.story.ways import circles, every_way
from yabot.core.conditions import Condition, Facts, Ref

BESITOS = Ref("besitos", "")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a reader with everything can reach and take; ``best`` is what they have then."""

    fragments: frozenset[str]
    choices: frozenset[str]
    best: Facts


@dataclass(frozen=True, slots=True)
class Door:
    """A fragment to go into, or a choice to take there."""

    fragment: Fragment
    choice: Choice | None = None

    @property
    def condition(self) -> Condition:
        """What it asks for."""
        return self.choice.condition if self.choice else self.fragment.condition

    @property
    def place(self) -> tuple[str, str]:
        """Its keys."""
        return self.fragment.key, self.choice.key if self.choice else ""


def reach(story: Story, world: World, *, vip: bool) -> Reach:
    """What can be reached by a reader who is, or is not, VIP. Each condition is looked at again only when something
    that it asks for has grown."""
    search = _Search(story, world, vip=vip)
    search.go_to(story.start)
    search.run()
    best = search.best
    return Reach(frozenset(best.reached), frozenset(best.chosen), best.facts)


def may_read(fragment: Fragment, facts: Facts) -> bool:
    """Whether anybody like this could ever read it."""
    return (facts.vip or not fragment.vip) and is_possible(fragment.condition, facts)


def is_possible(condition: Condition, facts: Facts) -> bool:
    """Whether it can ever hold; contradictions of its own rows are found too."""
    return condition.is_possible(facts) and not clash(condition)


class _Search:
    """Opens doors until none opens any more."""

    def __init__(self, story: Story, world: World, *, vip: bool) -> None:
        self.best = Best(world, vip=vip)
        self._story, self._rings = story, circles(every_way(story))
        self._ahead: deque[Door] = deque()
        self._met: set[str] = set()
        self._waiting: dict[Ref, dict[tuple[str, str], Door]] = {}
        self._grown: set[Ref] = set()

    def go_to(self, key: str) -> None:
        """A way leads to this fragment."""
        fragment = self._story.by_key.get(key)
        if fragment and key not in self._met and (self.best.facts.vip or not fragment.vip):
            self._met.add(key)
            self._ahead.append(Door(fragment))

    def run(self) -> None:
        """Until nothing grows."""
        while self._ahead or self._grown:
            if not self._ahead:
                self._look_again()
                continue
            door = self._ahead.popleft()
            if door.condition.is_possible(self.best.facts):
                self._open(door)
            else:
                self._wait(door)

    def _look_again(self) -> None:
        """At every door that waits for what has grown, once."""
        doors: dict[tuple[str, str], Door] = {}
        for ref in self._grown:
            doors |= self._waiting.pop(ref, {})
        self._grown.clear()
        self._ahead.extend(doors.values())

    def _wait(self, door: Door) -> None:
        refs = {*door.condition.refs(), *([BESITOS] if "besitos" in door.condition.needs else [])}
        for ref in refs:
            self._waiting.setdefault(ref, {})[door.place] = door

    def _open(self, door: Door) -> None:
        """The first time gives what it gives, and shows what is behind."""
        fragment, choice = door.fragment, door.choice
        known = self.best.chosen if choice else self.best.reached
        key = choice.key if choice else fragment.key
        if key in known or (door.condition and clash(door.condition)):
            return
        times = 1 if (choice and choice.repeat == "once") or fragment.key not in self._rings else PLENTY
        known[key] = times
        self._grown.add(Ref("choice" if choice else "fragment", key))
        self._gain(choice.effects if choice else fragment.effects, times)
        for way in self._behind(door):
            self.go_to(way)

    def _behind(self, door: Door) -> Iterator[str]:
        """Where it leads; of a fragment, its choices are put ahead."""
        if door.choice:
            yield from [door.choice.target] if door.choice.target != BACK else []
            return
        self._ahead.extend(Door(door.fragment, choice) for choice in door.fragment.choices)
        yield from [door.fragment.fallback] if door.fragment.fallback else []

    def _gain(self, effects: Iterable[Effect], times: int) -> None:
        """What these effects give at best, when they happen so many times."""
        best = self.best
        for effect in effects:
            if isinstance(effect, SetFlag):
                best.flags.add(effect.flag)
            elif isinstance(effect, Count) and effect.by > 0:
                best.counters[effect.counter] = best.counters.get(effect.counter, 0) + effect.by * times
            elif isinstance(effect, GiveItem):
                best.items[effect.item] = PLENTY
            elif isinstance(effect, GiveBesitos):
                best.facts = replace(best.facts, besitos=PLENTY)
                self._grown.add(BESITOS)
            self._grown.update(effect.refs())
