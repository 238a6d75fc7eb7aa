"""What excludes itself: X and not X, at least 5 and below 3, Monday and Tuesday. A test is a set of whole numbers."""

from collections.abc import Callable
from typing import Any

from yabot.core.conditions import MISSION_STATES, Condition, Test

MOST = 10**13
Spans = tuple[tuple[int, int], ...]  # half open, in order, apart
ALL, COUNTED, YES, EITHER = ((-MOST, MOST),), ((0, MOST),), ((1, 2),), ((0, 2),)
Asked = tuple[Spans, Spans]  # what is asked for, of what there can be


def clash(condition: Condition) -> Condition | None:
    """The part of a condition that can never hold, whoever asks; None when none of it excludes the rest."""
    alone = _clashing(condition.tests)
    if alone or not condition.either:
        return Condition(alone) if alone else None
    if all(_clashing((*condition.tests, one)) for one in condition.either):
        return condition
    return None


def _clashing(tests: tuple[Test, ...]) -> tuple[Test, ...]:
    """The first tests of one thing that leave nothing of it."""
    left: dict[tuple[str, ...], tuple[Spans, tuple[Test, ...]]] = {}
    for test in tests:
        thing = (test.kind, *(ref.key for ref in test.refs()))
        asked, whole = _READ.get(test.kind, _simply)(test)
        wanted = _rest(asked, whole) if test.negated else asked
        spans, before = left.get(thing, (whole, ()))
        spans = _both(spans, wanted)
        left[thing] = (spans, (*before, test))
        if not spans:
            return left[thing][1]
    return ()


def _both(some: Spans, others: Spans) -> Spans:
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return tuple((low, high) for low, high in pairs if low < high)


def _rest(taken: Spans, whole: Spans) -> Spans:
    """What is left of the whole."""
    for low, high in taken:
        whole = _both(whole, ((-MOST, low), (high, MOST)))
    return whole


def _simply(test: Any) -> Asked:
    return YES, EITHER


def _besitos(test: Any) -> Asked:
    return (((test.at_least, MOST),) if test.below is None else ((-MOST, test.below),)), ALL


def _counter(test: Any) -> Asked:
    ends = {"at_least": (test.n, MOST), "below": (-MOST, test.n), "equal": (test.n, test.n + 1)}
    return (ends[test.op],), ALL


def _mission(test: Any) -> Asked:
    place = MISSION_STATES.index(test.state)
    return ((place, place + 1),), ((-1, len(MISSION_STATES)),)  # -1: the reader does not have it


def _hours(test: Any) -> Asked:
    day = test.start, test.end
    return ((day,) if day[0] < day[1] else ((0, day[1]), (day[0], 24))), ((0, 24),)


def _between(test: Any) -> Asked:
    first = test.first.toordinal() if test.first else -MOST
    return ((first, test.last.toordinal() + 1 if test.last else MOST),), ALL


_READ: dict[str, Callable[[Any], Asked]] = {
    "besitos": _besitos,
    "reactions": lambda test: (((test.at_least, MOST),), COUNTED),
    "item": lambda test: (((test.count, MOST),), COUNTED),
    "visited": lambda test: (((test.times, MOST),), COUNTED),
    "counter": _counter,
    "mission": _mission,
    "weekday": lambda test: (tuple((day, day + 1) for day in test.days), ((1, 8),)),
    "hours": _hours,
    "between": _between,
}
