"""Readers who are not there: they play with the bot's engine and prefer what nobody chose. Same seed, same report."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from narrative.errors import ChoiceGone
from narrative.linting.findings import Finding, Walks, World, found
from narrative.linting.personas import Personas
from narrative.linting.reach import Reach
from narrative.story import engine
from narrative.story.content import Fragment, Story
from narrative.story.effects import GiveBesitos
from narrative.story.engine import Move, Option, Scene
from narrative.story.ways import depth
from yabot.core.conditions import Facts

PLAYS, MOST_STEPS, MOST_IN_ALL = 2_000, 120, 20_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How many readers play, how many steps they take together at most, and the seed of their dice."""

    plays: int = PLAYS
    steps: int = MOST_IN_ALL
    seed: int = 0


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


def check(story: Story, world: World, reach: Reach, effort: Effort) -> tuple[list[Finding], Walks]:
    """What so many readers never did and where they were stuck: seen, not proved."""
    seen, dice = Seen(), random.Random(effort.seed)
    personas, tired = Personas(story, world), max(MOST_STEPS, 2 * depth(story))
    left = effort.steps
    while seen.plays < effort.plays and left > 0:
        left -= _play(story, personas.draw(dice), dice, seen, min(tired, max(left, MOST_STEPS)))
    steps = sorted(seen.steps) or [0]
    walks = Walks(
        effort.seed,
        seen.plays,
        dict(sorted(seen.endings.items())),
        (steps[0], steps[len(steps) // 2], steps[-1]),
        seen.earned // max(1, seen.plays),
    )
    return list(_findings(story, reach, seen)), walks


def _play(story: Story, facts: Facts, dice: random.Random, seen: Seen, most: int) -> int:
    """One reader, from the beginning to an ending, to a dead end, or until they are tired; how many steps."""
    seen.plays += 1
    move = engine.begin(story, facts)
    came_from: Fragment | None = None
    for step in range(most):
        facts, state = engine.after(facts, move), move.state
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
            seen.stuck[state.fragment] += not _may_wait(story, scene, came_from, move)
            return step + 1
        option = _least_taken(ways, dice, seen)
        seen.chosen[option.choice.key] += 1
        came_from, move = scene.fragment, engine.take(story, state, option, facts)
    return most


def _may_wait(story: Story, scene: Scene, came_from: Fragment | None, move: Move) -> bool:
    """Whether a closed gate is no dead end: it opens for VIPs or with time, or the reader can go back."""
    gate, choice = scene.fragment, move.choice
    if scene.gate is None:
        return False
    if gate.condition.needs <= {"now"} or any(story.by_key[key].checkpoint for key in move.state.visited):
        return True
    if came_from is None or choice.key == engine.ONWARD or choice.price:
        return False
    return came_from.undo and gate.undo and all(effect.is_own for effect in choice.effects)


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
