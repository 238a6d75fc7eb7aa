"""What can be reached: a fixpoint that only grows, so that what it calls impossible is impossible for everybody.

NOT and "once" are ignored: they can only make less possible, and the walks look at them.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from narrative.linting.findings import World
from narrative.story.content import BACK, Fragment, Story
from narrative.story.effects import Count, Effect, GiveBesitos, GiveItem, SetFlag
from yabot.core.conditions import Condition, Facts

PLENTY = 10**12


class Plenty(dict[str, int]):
    """As many of everything as anybody could want."""

    def get(self, key: object, default: object = None) -> int:
        """Plenty, whatever is asked for."""
        return PLENTY


class AnyKey(frozenset[str]):
    """A set that has every key."""

    def __contains__(self, key: object) -> bool:
        return True


class AnyState(str):
    """A mission's state that is whichever is asked for."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


class Missions(dict[str, str]):
    """Missions that can be in any state."""

    def __init__(self, known: frozenset[str] | None) -> None:
        super().__init__()
        self._known = known

    def get(self, key: object, default: object = None) -> str | None:  # type: ignore[override]
        """Any state of a mission that there is."""
        return AnyState() if self._known is None or key in self._known else None


@dataclass(slots=True)
class Best:
    """The most a reader could have so far; it only grows."""

    vip: bool
    besitos: int
    world: World
    reached: dict[str, int] = field(default_factory=dict)
    chosen: dict[str, int] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    counters: dict[str, int] = field(default_factory=dict)
    given_items: dict[str, int] = field(default_factory=dict)

    def facts(self) -> Facts:
        """As conditions read it. What the world gives is known to be possible."""
        items = (
            Plenty() if self.world.items is None else {**dict.fromkeys(self.world.items, PLENTY), **self.given_items}
        )
        return Facts(
            self.besitos,
            PLENTY,
            vip=self.vip,
            items=items,
            hints=AnyKey() if self.world.hints is None else self.world.hints,
            missions=Missions(self.world.missions),
            achievements=AnyKey() if self.world.achievements is None else self.world.achievements,
            visited=self.reached,
            chosen=self.chosen,
            flags=frozenset(self.flags),
            counters=self.counters,
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """What a reader with everything can reach and take; ``best`` is what they have then."""

    fragments: frozenset[str]
    choices: frozenset[str]
    best: Facts


def reach(story: Story, world: World, *, vip: bool) -> Reach:
    """What can be reached by a reader who is, or is not, VIP. Linear in the story, but for conditions that wait."""
    best = Best(vip, PLENTY if world.free_besitos else 0, world)
    work, waiting = deque([story.start] if story.start in story.by_key else []), set[str]()
    while work or waiting:
        if not work:
            before = _size(best)
            work.extend(waiting)
            waiting = set()
            if not _round(story, best, work, waiting) and _size(best) == before:
                break
            continue
        _round(story, best, work, waiting)
    return Reach(frozenset(best.reached), frozenset(best.chosen), best.facts())


def _round(story: Story, best: Best, work: "deque[str]", waiting: set[str]) -> bool:
    """Look at everything that waits for a look; whether anything new was reached or taken."""
    grew = False
    while work:
        key = work.popleft()
        fragment = story.by_key.get(key)
        if fragment is None:
            continue
        if may_read(fragment, best.vip, best.facts()):
            grew = _arrive(best, fragment, work) or grew
            grew = _leave(best, fragment, work, waiting) or grew
        else:
            waiting.add(key)
    return grew


def _arrive(best: Best, fragment: Fragment, work: "deque[str]") -> bool:
    """The first visit gives what it gives."""
    if fragment.key in best.reached:
        return False
    best.reached[fragment.key] = PLENTY
    _gain(best, fragment.effects)
    if fragment.fallback:
        work.append(fragment.fallback)
    return True


def _leave(best: Best, fragment: Fragment, work: "deque[str]", waiting: set[str]) -> bool:
    """By every choice that can be open; the others wait for another look."""
    grew, facts = False, best.facts()
    for choice in fragment.choices:
        if choice.key in best.chosen:
            continue
        if not is_possible(choice.condition, facts):
            waiting.add(fragment.key)
            continue
        best.chosen[choice.key] = PLENTY
        _gain(best, choice.effects)
        grew, facts = True, best.facts()
        if choice.target != BACK:
            work.append(choice.target)
    return grew


def _size(best: Best) -> tuple[int, ...]:
    return (
        len(best.reached),
        len(best.chosen),
        len(best.flags),
        sum(best.counters.values()),
        sum(best.given_items.values()),
        best.besitos,
    )


def may_read(fragment: Fragment, vip: bool, facts: Facts) -> bool:
    """Whether anybody like this could ever read it."""
    return (vip or not fragment.vip) and is_possible(fragment.condition, facts)


def is_possible(condition: Condition, facts: Facts) -> bool:
    """Whether it can ever hold; contradictions of its own rows are found too."""
    return condition.is_possible(facts) and not contradiction(condition)


def contradiction(condition: Condition) -> str:
    """What a condition asks for that excludes itself: X and not X, at least 5 and below 3. Empty when nothing."""
    plain = {repr(test.to_json()) for test in condition.tests if not test.negated}
    for test in condition.tests:
        stored = {name: value for name, value in test.to_json().items() if name != "not"}
        if test.negated and repr(stored) in plain:
            return test.describe("es")
    low: dict[str, int] = {}
    high: dict[str, int] = {}
    for test in condition.tests:
        if test.negated:
            continue
        for name, least, below in _bounds(test):
            low[name] = max(low.get(name, -PLENTY), least)
            high[name] = min(high.get(name, PLENTY), below)
    return next((name for name in low if low[name] >= high[name]), "")


def _bounds(test: object) -> Iterator[tuple[str, int, int]]:
    kind = getattr(test, "kind", "")
    if kind == "besitos":
        at_least, below = getattr(test, "at_least", None), getattr(test, "below", None)
        yield "besitos", -PLENTY if at_least is None else at_least, PLENTY if below is None else below
    if kind == "counter":
        n, op = getattr(test, "n", 0), getattr(test, "op", "")
        least, below = (n, n + 1) if op == "equal" else (n, PLENTY) if op == "at_least" else (-PLENTY, n)
        yield f"counter {getattr(test, 'counter', '')}", least, below


def _gain(best: Best, effects: Iterable[Effect]) -> None:
    """What these effects can give at best: as often as anybody likes."""
    for effect in effects:
        if isinstance(effect, SetFlag):
            best.flags.add(effect.flag)
        elif isinstance(effect, Count) and effect.by > 0:
            best.counters[effect.counter] = PLENTY
        elif isinstance(effect, GiveItem):
            best.given_items[effect.item] = PLENTY
        elif isinstance(effect, GiveBesitos):
            best.besitos = PLENTY


def ways(story: Story, taken: frozenset[str]) -> dict[str, set[str]]:
    """Where each fragment leads to, by choices that can be taken; ``<`` leads wherever one may have come from."""
    onward: dict[str, set[str]] = {
        fragment.key: {fragment.fallback} if fragment.fallback else set() for fragment in story.fragments
    }
    returns = set()
    for fragment, choice in story.choices():
        if choice.key in taken and choice.target == BACK:
            returns.add(fragment.key)
        elif choice.key in taken:
            onward[fragment.key].add(choice.target)
    came_from: dict[str, set[str]] = defaultdict(set)
    for source, targets in onward.items():
        for target in targets:
            came_from[target].add(source)
    for key in returns:
        onward[key] |= came_from[key]
    return onward


def leading_to(onward: dict[str, set[str]], goals: Iterable[str]) -> set[str]:
    """Every fragment from which one of these can be reached."""
    back: dict[str, set[str]] = defaultdict(set)
    for source, targets in onward.items():
        for target in targets:
            back[target].add(source)
    seen, work = set(goals), deque(goals)
    while work:
        for source in back[work.popleft()]:
            if source not in seen:
                seen.add(source)
                work.append(source)
    return seen


def distances(story: Story) -> dict[str, tuple[int, int | None]]:
    """How long is left from each fragment: the fewest choices to an ending, and the most (None: round in circles)."""
    onward = ways(story, frozenset(choice.key for _fragment, choice in story.choices()))
    endings = [fragment.key for fragment in story.endings]
    back: dict[str, set[str]] = defaultdict(set)
    for source, targets in onward.items():
        for target in targets & onward.keys():
            back[target].add(source)
    fewest, work = dict.fromkeys(endings, 0), deque(endings)
    while work:
        key = work.popleft()
        for source in back[key]:
            if source not in fewest:
                fewest[source] = fewest[key] + 1
                work.append(source)
    most = _longest(onward)
    return {key: (steps, most.get(key)) for key, steps in fewest.items()}


def _longest(onward: dict[str, set[str]]) -> dict[str, int]:
    """The longest way from each fragment that no circle can be entered from (Kahn's algorithm, from the ends)."""
    left = {key: len(targets & onward.keys()) for key, targets in onward.items()}
    back: dict[str, set[str]] = defaultdict(set)
    for source, targets in onward.items():
        for target in targets & onward.keys():
            back[target].add(source)
    most = {key: 0 for key, count in left.items() if not count}
    work = deque(most)
    while work:
        key = work.popleft()
        for source in back[key]:
            left[source] -= 1
            if not left[source]:
                most[source] = 1 + max(most[target] for target in onward[source] & onward.keys())
                work.append(source)
    return most
