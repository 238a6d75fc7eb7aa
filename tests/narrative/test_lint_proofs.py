"""What the linter proves is true: held against the engine that readers play with, and found in linear time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.errors import ChoiceGone
from narrative.linting import World, lint
from narrative.linting.reach import Reach, reach
from narrative.story import engine
from narrative.story.content import BACK, Declared, Fragment, Story, Variant
from narrative.story.effects import ClearFlag, Count, GiveItem, SetFlag
from narrative.story.engine import Move
from narrative.story.state import State
from tests.narrative.stories import any_story, choice, ending, fragment, story, words
from yabot.core.conditions import Condition, Facts

when = Condition.from_text
NIGHT = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
ASKED = (
    "",
    "",
    "",
    "flag luz",
    "not flag luz",
    "visited f1",
    "visited f2 2",
    "not visited f0",
    "chose f0-0",
    "counter valor >= 1",
    "counter valor >= 3",
    "counter valor < 2",
    "item llave 2",
    "not item llave",
    "any flag luz | visited f3",
    "besitos >= 5; flag luz",
    "flag luz; not flag luz",
)
DONE = (
    (),
    (),
    (SetFlag("luz"),),
    (ClearFlag("luz"),),
    (Count("valor", 1),),
    (Count("valor", -1),),
    (GiveItem("llave"),),
)


@st.composite
def tangled(draw: st.DrawFn) -> Story:
    """Few keys, so that gates ask for what is done behind them, circles give, and one thing hangs on another."""
    keys = [f"f{number}" for number in range(draw(st.integers(2, 6)))]
    asked, done = st.sampled_from(ASKED).map(when), st.sampled_from(DONE)
    parts = []
    for key in keys:
        ways = [
            choice(
                target,
                key=f"{key}-{place}",
                label=f"{key} {place}",
                condition=draw(asked),
                effects=draw(done),
                repeat=draw(st.sampled_from(["always", "once", "visit"])),
            )
            for place, target in enumerate(draw(st.lists(st.sampled_from([*keys, "fin", BACK]), max_size=3)))
        ]
        gate, fallback = draw(asked), draw(st.sampled_from(["", "", *keys]))
        parts.append(fragment(key, *ways, condition=gate, effects=draw(done), fallback=fallback))
    return story(*parts, ending("fin", condition=draw(asked), effects=draw(done)))


def moves(made: Story, facts: Facts, picks: list[int]) -> Iterator[tuple[Move, Facts, str]]:
    """Where these picks lead, with what the reader has then; whoever can go no further goes back to an earlier place,
    as undoing and checkpoints let them."""
    move = engine.begin(made, facts)
    before: list[Move] = []
    taken = ""
    for pick in picks:
        facts = engine.after(facts, move)
        yield move, facts, taken
        try:
            scene = engine.look(made, move.state, facts)
        except ChoiceGone:
            return
        ways = [option for option in scene.options if option.is_open]
        if ways and move.state.arrived:
            before.append(Move(move.state, move.choice))
            taken = ways[pick % len(ways)].choice.key
            move = engine.take(made, move.state, ways[pick % len(ways)], facts)
        elif before:
            move, taken = engine.enter(made, before[pick % len(before)], facts), ""
        else:
            return


@settings(max_examples=120, deadline=None)
@given(tangled() | any_story(), st.lists(st.integers(0, 40), max_size=40), st.booleans())
def test_whatever_a_reader_reaches_the_linter_calls_reachable(made: Story, picks: list[int], vip: bool) -> None:
    proved = reach(made, World(), vip=vip)
    known = Facts(besitos=10**6, reactions=10**6, vip=vip, now=NIGHT)  # without an hour it would be no hour at all
    for move, _facts, taken in moves(made, known, picks):
        if move.state.arrived:
            assert move.state.fragment in proved.fragments
        assert not taken or taken == engine.ONWARD or taken in proved.choices
        assert no_higher(move.state, proved)


def no_higher(state: State, proved: Reach) -> bool:
    """Whether the story's own numbers are no higher than the linter takes for possible."""
    best = proved.best
    return (
        all(best.visited.get(key, 0) >= times for key, times in state.visited.items())
        and all(best.counters.get(key, 0) >= number for key, number in state.counters.items())
        and all(flag in best.flags for flag in state.flags)
    )


@settings(max_examples=100, deadline=None)
@given(tangled(), st.lists(st.integers(0, 40), max_size=30))
def test_a_gate_that_is_said_to_fall_shut_is_shut_for_whoever_arrives(made: Story, picks: list[int]) -> None:
    shut = {one.fragment for one in lint(made, plays=0).findings if one.code == "NAR117"}
    for move, facts, _taken in moves(made, Facts(besitos=10**6, now=NIGHT), picks):
        if move.state.arrived and move.state.fragment in shut:
            assert engine.look(made, move.state, facts).gate is not None


@pytest.mark.parametrize("gate", ["visited x", "flag luz", "chose y"])
def test_a_gate_does_not_open_itself(gate: str) -> None:
    made = story(
        fragment("sala", choice("x")),
        fragment("x", choice("fin", key="y"), condition=when(gate), effects=(SetFlag("luz"),)),
        ending("fin"),
    )
    assert {one.code for one in lint(made, plays=0).findings if one.fragment == "x"} >= {"NAR102", "NAR105"}


# --- numbers ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "repeat", "back", "is_possible"),
    [
        ("counter valor >= 2", "always", "fin", False),  # nobody comes twice
        ("counter valor >= 1", "always", "fin", True),
        ("counter valor >= 2", "always", "sala", True),
        ("counter valor >= 2", "once", "sala", False),
        ("visited patio 2", "always", "fin", False),
        ("visited patio 2", "always", "sala", True),
    ],
)
def test_how_high_a_number_gets_is_known_where_nobody_comes_twice(
    asked: str, repeat: str, back: str, is_possible: bool
) -> None:
    made = story(
        fragment("sala", choice("patio", effects=(Count("valor", 1),), repeat=repeat), choice("fin", key="o")),
        fragment("patio", choice(back, key="v"), choice("fin", key="x", condition=when(asked))),
        ending("fin"),
    )
    assert ("x" in reach(made, World(), vip=False).choices) is is_possible


# --- no walk on a clean story ends without a way on -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Grown:
    """A story that is clean by the way it is made: a spine to the ending that is always open, and sidesteps."""

    seed: int

    def story(self) -> Story:
        """Flags are declared, set on the spine and asked for on the side; every sidestep comes back to the spine."""
        dice = random.Random(self.seed)
        count = dice.randint(3, 7)
        parts, sides = [], []
        for number in range(count):
            onward = f"f{number + 1}" if number < count - 1 else "fin"
            flag = (SetFlag("luz"),) if number == 0 else ()
            ways = [choice(onward, key=f"on{number}", label=f"Seguir {number}", effects=flag)]
            side = self._side(dice, number, onward)
            ways.append(choice(side.key, key=f"by{number}", label=f"Lado {number}", **self._lock(dice, side)))
            parts.append(fragment(f"f{number}", *ways, variants=self._variants(number)))
            sides.append(side)
        declared = (Declared("luz", "flag", missing=words("Te falta luz")), Declared("pasos", "counter"))
        return story(*parts, *sides, ending("fin"), declared=declared)

    def _side(self, dice: random.Random, number: int, onward: str) -> Fragment:
        """A page beside the spine; some have a gate that a reader can turn away from."""
        ways = [
            choice(onward, key=f"in{number}", label=f"Volver {number}"),
            choice(BACK, key=f"back{number}", label=f"Atrás {number}"),
        ]
        gates = [{}, {"vip": True}, {"condition": when("flag luz")}, {"condition": when("besitos >= 5")}]
        count = (Count("pasos", 1),)
        return fragment(f"s{number}", *ways, effects=count, **(dice.choice(gates) if number else {}))

    def _lock(self, dice: random.Random, side: Fragment) -> dict[str, object]:
        """What is paid cannot be undone: nobody pays for a gate that may be closed."""
        locks: list[dict[str, object]] = [{}, {"condition": when("besitos >= 2")}, {"repeat": "visit"}]
        return dice.choice([*locks, *([] if side.condition else [{"price": 3}])])

    def _variants(self, number: int) -> tuple[Variant, ...]:
        asked = "flag luz" if number == 1 else "counter pasos >= 1"
        return (Variant(when(asked), words(f"Otra vez en {number}.")),) if number else ()


CLEAN = [one for one in (Grown(seed).story() for seed in range(60)) if lint(one, plays=300).is_clean]


def is_stuck(made: Story, facts: Facts, picks: random.Random) -> bool:
    """Whether somebody who takes any open way ends where there is none: neither an ending, nor a gate that VIPs pass,
    nor one that undoing or a checkpoint leads away from."""
    move = engine.begin(made, facts)
    left: Fragment | None = None
    for _step in range(200):
        facts = engine.after(facts, move)
        here = made.by_key[move.state.fragment]
        if here.ending and move.state.arrived:
            return False
        scene = engine.look(made, move.state, facts)
        ways = [option for option in scene.options if option.is_open]
        if not ways:
            passed = any(made.by_key[key].checkpoint for key in move.state.visited)
            undone = left is not None and left.undo and here.undo and not move.price and not move.choice.effects
            only_vip = here.vip and not facts.vip
            return not (scene.gate and (passed or undone or only_vip))
        left, move = here, engine.take(made, move.state, picks.choice(ways), facts)
    return False


def test_most_stories_of_the_clean_kind_are_clean() -> None:
    assert len(CLEAN) >= 50


@pytest.mark.parametrize("vip", [False, True])
@pytest.mark.parametrize("besitos", [0, 4, 100])
def test_no_walk_on_a_clean_story_ends_without_a_way_on(vip: bool, besitos: int) -> None:
    for number, made in enumerate(CLEAN):
        for walk in range(10):
            assert not is_stuck(made, Facts(besitos=besitos, vip=vip), random.Random(100 * number + walk))


def test_a_gate_that_nobody_can_turn_away_from_is_told() -> None:
    gated = fragment("caja", choice("fin", key="x"), condition=when("besitos >= 100000"), undo=False)
    made = story(fragment("sala", choice("caja"), choice("fin")), gated, ending("fin"))
    assert is_stuck(made, Facts(), random.Random(1))
    assert ("caja", "NAR220") in {(one.fragment, one.code) for one in lint(made, plays=100).findings}


# --- how much work it is ----------------------------------------------------------------------------------------------
class Counted(Condition):
    """A condition that counts how often anybody asks whether it can hold."""

    asked: ClassVar[int] = 0

    def is_possible(self, best: Facts) -> bool:
        """The same answer."""
        Counted.asked += 1
        return super().is_possible(best)


def reverse(length: int) -> Story:
    """Doors that open one another from the last to the first."""
    hall = [choice(f"r{n}", key=f"h{n}", label=f"{n}", condition=locked(n, length)) for n in range(length)]
    rooms = [fragment(f"r{n}", choice("sala", key=f"b{n}", effects=opens(n))) for n in range(length)]
    return story(fragment("sala", *hall), *rooms)


def locked(number: int, length: int) -> Condition:
    return Counted(when(f"flag f{number}").tests) if number < length - 1 else Condition()


def opens(number: int) -> tuple[SetFlag, ...]:
    return (SetFlag(f"f{number - 1}"),) if number else ()


def test_each_condition_is_looked_at_again_only_when_what_it_asks_for_has_grown() -> None:
    made, Counted.asked = reverse(300), 0
    assert len(reach(made, World(), vip=True).choices) == 600
    assert Counted.asked <= 2 * 300
