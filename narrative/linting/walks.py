"""Readers who are not there: they play with the bot's engine and prefer what nobody chose. Same seed, same report."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from narrative.errors import ChoiceGone
from narrative.linting.findings import Finding, Walks, World, found
from narrative.linting.reach import Plenty, Reach
from narrative.story import engine
from narrative.story.content import Story
from narrative.story.effects import GiveBesitos
from narrative.story.engine import Option
from yabot.core.conditions import Facts

PLAYS, MOST_STEPS, MOST_IN_ALL = 2_000, 120, 25_000
NOON = datetime(2026, 1, 7, 12, tzinfo=UTC)
PURSES = (0, 25, 1_000)


@dataclass(slots=True)
class Seen:
    """What all of them saw together."""

    chosen: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    steps: list[int] = field(default_factory=list)
    earned: int = 0
    plays: int = 0


def check(
    story: Story, world: World, reach: Reach, *, plays: int = PLAYS, seed: int = 0
) -> tuple[list[Finding], Walks]:
    """What so many readers never did and where they were stuck: seen, not proved."""
    seen, dice = Seen(), random.Random(seed)
    budget = MOST_IN_ALL
    while seen.plays < plays and budget > 0:
        budget -= _play(story, _persona(dice, world), dice, seen)
    steps = sorted(seen.steps) or [0]
    walks = Walks(
        seed,
        seen.plays,
        dict(sorted(seen.endings.items())),
        (steps[0], steps[len(steps) // 2], steps[-1]),
        seen.earned // max(1, seen.plays),
    )
    return list(_findings(story, reach, seen)), walks


def _persona(dice: random.Random, world: World) -> Facts:
    """A reader: free or VIP, poor or rich, with everything that can be had elsewhere, or with nothing."""
    rich = dice.random() < 0.5
    return Facts(
        dice.choice(PURSES),
        dice.choice((0, 1_000)),
        vip=dice.random() < 0.5,
        items=Plenty() if rich and world.items is None else {},
        hints=(world.hints or frozenset()) if rich else frozenset(),
        achievements=(world.achievements or frozenset()) if rich else frozenset(),
        now=NOON.replace(day=dice.randint(1, 28), hour=dice.randint(0, 23)),
    )


def _play(story: Story, facts: Facts, dice: random.Random, seen: Seen) -> int:
    """One reader, from the beginning to an ending, to a dead end, or until they are tired; how many steps."""
    seen.plays += 1
    move = engine.begin(story, facts)
    facts = engine.after(facts, move)
    for step in range(MOST_STEPS):
        state = move.state
        seen.reached[state.fragment] += state.arrived
        seen.earned += sum(effect.amount for effect in move.effects if isinstance(effect, GiveBesitos))
        if move.ending:
            seen.endings[move.ending] += 1
            seen.steps.append(step)
            return step + 1
        try:
            scene = engine.look(story, state, facts)
        except ChoiceGone:
            seen.stuck[state.fragment] += 1
            return step + 1
        ways = [option for option in scene.options if option.is_open]
        if not ways:
            seen.stuck[state.fragment] += scene.gate is None
            return step + 1
        option = _least_taken(ways, dice, seen)
        seen.chosen[option.choice.key] += 1
        move = engine.take(story, state, option, facts)
        facts = engine.after(facts, move)
    return MOST_STEPS


def _least_taken(ways: list[Option], dice: random.Random, seen: Seen) -> Option:
    """What nobody, or hardly anybody, chose; now and then anything."""
    if dice.random() < 0.3:
        return dice.choice(ways)
    least = min(seen.chosen[option.choice.key] for option in ways)
    return dice.choice([option for option in ways if seen.chosen[option.choice.key] == least])


def _findings(story: Story, reach: Reach, seen: Seen) -> Iterator[Finding]:
    for fragment in story.fragments:
        if fragment.key in reach.fragments and not seen.reached[fragment.key]:
            yield found("NAR219", fragment.key, "", seen.plays)
            continue
        if seen.stuck[fragment.key]:
            yield found("NAR220", fragment.key, "", seen.stuck[fragment.key], seen.plays)
        for choice in fragment.choices:
            if choice.key in reach.choices and not seen.chosen[choice.key] and seen.reached[fragment.key]:
                name = choice.label.in_(story.language) or choice.key
                yield found("NAR203", fragment.key, choice.key, name, seen.plays)
