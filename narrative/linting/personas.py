"""Readers who are not there: each has some of what the story asks for, at an hour it asks for, or has nothing."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from narrative.linting.findings import World
from narrative.linting.given import given
from narrative.story.content import Story
from yabot.core.conditions import (
    AchievementTest,
    BesitosTest,
    BetweenTest,
    Facts,
    HintTest,
    HoursTest,
    ItemTest,
    MissionTest,
    ReactionsTest,
    Test,
)

NOON = datetime(2026, 1, 7, 12, tzinfo=UTC)
RICH = 1_000
T = TypeVar("T", bound=Test)
DAY = timedelta(days=1)


class Personas:
    """Draws readers for one story."""

    def __init__(self, story: Story, world: World) -> None:
        self._world = world
        self._tests = list(_tests(story))
        self._given = given(story)
        dear = sum(choice.price for _fragment, choice in story.choices())
        self._purses = sorted({0, 25, max(RICH, 2 * dear), *self._bounds(BesitosTest)})
        self._reactions = sorted({0, RICH, *self._bounds(ReactionsTest)})
        self._days = [*self._named_days(), None]
        self._hours = [test.start for test in self._tests if isinstance(test, HoursTest)]

    def draw(self, dice: random.Random) -> Facts:
        """One reader."""
        rich = dice.random() < 0.5
        return Facts(
            dice.choice(self._purses) if self._world.free_besitos else 0,
            dice.choice(self._reactions),
            vip=dice.random() < 0.5 and self._world.vip,
            items={test.item: test.count for test in self._some(ItemTest, dice, rich=rich)},
            hints=frozenset(test.hint for test in self._some(HintTest, dice, rich=rich)),
            missions={test.mission: test.state for test in self._some(MissionTest, dice, rich=rich)},
            achievements=frozenset(test.achievement for test in self._some(AchievementTest, dice, rich=rich)),
            now=self._moment(dice),
        )

    def _some(self, kind: type[T], dice: random.Random, *, rich: bool) -> list[T]:
        """Some of what the story asks for, as far as it can be had elsewhere; a poor reader has nothing."""
        asked = [test for test in self._tests if isinstance(test, kind) and rich and self._is_elsewhere(test)]
        held = [test for test in asked if dice.random() < 0.75]
        dice.shuffle(held)  # of two states of one mission, either
        return held

    def _is_elsewhere(self, test: Test) -> bool:
        """Whether a reader can bring this along."""
        (ref,) = test.refs()
        known = getattr(self._world, f"{ref.kind}s")
        return known is None or ref.key in known

    def _bounds(self, kind: type[BesitosTest] | type[ReactionsTest]) -> Iterator[int]:
        for test in self._tests:
            if isinstance(test, kind):
                below = getattr(test, "below", None)
                yield max(0, below - 1) if below is not None else test.at_least or 0

    def _named_days(self) -> Iterator[datetime]:
        """The first and last days of every span, and the days around it, unless they are over."""
        for test in self._tests:
            ends = ((test.first, -DAY), (test.last, DAY)) if isinstance(test, BetweenTest) else ()
            for day, aside in ends:
                yield from (_noon(one) for one in _around(day, aside) if self._is_ahead(one))

    def _is_ahead(self, day: date) -> bool:
        return self._world.now is None or day >= self._world.now.date()

    def _moment(self, dice: random.Random) -> datetime:
        day = dice.choice(self._days) or (self._world.now or NOON) + dice.randrange(28) * DAY
        hour = dice.choice(self._hours) if self._hours and dice.random() < 0.5 else dice.randint(0, 23)
        return day.replace(hour=hour)


def _around(day: date | None, aside: timedelta) -> list[date]:
    """An end of a span and the day beside it, where the calendar has one."""
    try:
        return [day, day + aside] if day else []
    except OverflowError:
        return [day] if day else []


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def _tests(story: Story) -> Iterator[Test]:
    for fragment in story.fragments:
        for condition in (fragment.condition, *(one.condition for one in fragment.variants)):
            yield from condition
        for choice in fragment.choices:
            yield from choice.condition
