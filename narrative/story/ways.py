"""Where fragments lead to: onward, back, round in circles, and how far it is to an ending."""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from narrative.story.fragments import BACK

if TYPE_CHECKING:
    from narrative.story.content import Story

Onward = dict[str, set[str]]


def every_way(story: "Story") -> Onward:
    """Where each fragment leads to when every choice can be taken."""
    return ways(story, frozenset(choice.key for _fragment, choice in story.choices()))


def ways(story: "Story", taken: frozenset[str]) -> Onward:
    """Where each fragment leads to, by choices that can be taken; ``<`` leads wherever one may have come from."""
    onward: Onward = {fragment.key: {fragment.fallback} if fragment.fallback else set() for fragment in story.fragments}
    returns = set()
    for fragment, choice in story.choices():
        if choice.key in taken and choice.target == BACK:
            returns.add(fragment.key)
        elif choice.key in taken:
            onward[fragment.key].add(choice.target)
    came_from: Onward = defaultdict(set)
    for source, targets in onward.items():
        for target in targets:
            came_from[target].add(source)
    for key in returns:
        onward[key] |= came_from[key]
    return onward


def _backwards(onward: Onward) -> Onward:
    """What leads to each fragment."""
    back: Onward = defaultdict(set)
    for source, targets in onward.items():
        for target in targets:
            back[target].add(source)
    return back


def leading_to(onward: Onward, goals: Iterable[str]) -> set[str]:
    """Every fragment from which one of these can be reached."""
    return led_to(_backwards(onward), goals)


def led_to(onward: Onward, starts: Iterable[str]) -> set[str]:
    """Every fragment that can be reached from one of these, and these."""
    work = deque(starts)
    seen = set(work)
    while work:
        for target in onward.get(work.popleft(), ()):
            if target not in seen:
                seen.add(target)
                work.append(target)
    return seen


def distances(story: "Story") -> dict[str, tuple[int, int | None]]:
    """How long is left from each fragment: the fewest choices to an ending, and the most (None: round in circles)."""
    onward = every_way(story)
    endings = [fragment.key for fragment in story.endings]
    back = _backwards(onward)
    fewest, work = dict.fromkeys(endings, 0), deque(endings)
    while work:
        key = work.popleft()
        for source in back[key]:
            if source not in fewest:
                fewest[source] = fewest[key] + 1
                work.append(source)
    most = _longest(onward)
    return {key: (steps, most.get(key)) for key, steps in fewest.items()}


def depth(story: "Story") -> int:
    """How many choices lead, at the fewest, to the fragment that is farthest from the beginning."""
    onward = every_way(story)
    steps, level, seen = 0, {story.start} & onward.keys(), {story.start}
    while level:
        level = {target for key in level for target in onward[key] & onward.keys()} - seen
        seen |= level
        steps += bool(level)
    return steps


def _longest(onward: Onward) -> dict[str, int]:
    """The longest way from each fragment that no circle can be entered from (Kahn's algorithm, from the ends)."""
    left = {key: len(targets & onward.keys()) for key, targets in onward.items()}
    back = _backwards(onward)
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


def circles(onward: Onward) -> dict[str, int]:
    """The number of the circle each fragment is in; fragments in no circle are left out.

    Kosaraju's strongly connected components: those that are finished last, followed backwards.
    """
    back = _backwards(onward)
    rings: dict[str, int] = {}
    left = set(onward)
    for number, key in enumerate(reversed(_finished(onward))):
        members = _within(key, back, left)
        if len(members) > 1 or key in onward[key]:
            rings.update(dict.fromkeys(members, number))
        left -= members
    return rings


def _finished(onward: Onward) -> list[str]:
    """The fragments in the order in which a walk into the depth is done with them."""
    order: list[str] = []
    seen: set[str] = set()
    for root in onward:
        work = [(root, False)]
        while work:
            key, is_done = work.pop()
            if is_done:
                order.append(key)
            elif key not in seen:
                seen.add(key)
                work.append((key, True))
                work += [(target, False) for target in sorted(onward[key] & onward.keys()) if target not in seen]
    return order


def _within(key: str, back: Onward, left: set[str]) -> set[str]:
    """Everything among ``left`` that leads to this."""
    members, work = set[str](), [key] if key in left else []
    while work:
        member = work.pop()
        if member not in members:
            members.add(member)
            work += [source for source in back[member] if source in left]
    return members
