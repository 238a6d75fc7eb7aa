"""The linter: each rule finds what it is about and leaves the rest alone, and what it proves is true."""

import dataclasses
import re
from pathlib import Path

import pytest
from django.conf import settings as configured
from hypothesis import given, settings
from hypothesis import strategies as st

from narrative.errors import ChoiceClosed
from narrative.linting import CODES, Lint, World, lint
from narrative.linting.reach import reach
from narrative.story import engine
from narrative.story.content import BACK, Choice, Story
from narrative.story.effects import GiveBesitos, GiveItem, SendLetter, UnlockHint
from narrative.story.ways import circles, distances
from tests.narrative.lint_cases import (
    CASES,
    DARK,
    ELSEWHERE,
    FLAG,
    LIT,
    OUTSIDE,
    PICTURE,
    SILENT,
    good,
    when,
)
from tests.narrative.stories import any_story, choice, ending, fragment, story, words
from yabot.core.conditions import Facts


def test_every_code_has_a_story_that_has_it_and_one_that_has_not() -> None:
    assert set(CASES) | set(OUTSIDE) | ELSEWHERE == set(CODES)


@pytest.mark.parametrize("code", OUTSIDE)
def test_a_rule_about_the_world_finds_what_it_is_about_and_nothing_else(code: str) -> None:
    bad, better, made = OUTSIDE[code]
    assert code in codes(lint(made, bad, plays=0))
    assert code not in codes(lint(made, better, plays=0))


def codes(found: Lint) -> set[str]:
    return {one.code for one in found.findings}


@pytest.mark.parametrize("code", CASES)
def test_a_rule_finds_what_it_is_about(code: str) -> None:
    assert code in codes(lint(CASES[code][0], plays=300))


@pytest.mark.parametrize("code", CASES)
def test_a_rule_leaves_the_mended_story_alone(code: str) -> None:
    assert code not in codes(lint(CASES[code][1], plays=300))


@pytest.mark.parametrize(
    ("well", "is_found"),
    [
        (choice("sala", key="x", repeat="visit", effects=(GiveBesitos(5),)), False),
        (choice("sala", key="x", effects=(GiveBesitos(5),)), True),
        (choice("sala", key="x", effects=(GiveBesitos(5),), price=1), False),
        (choice("fin", key="x", label="Otra", effects=(GiveBesitos(5),)), False),
    ],
    ids=["once in a visit, on the spot", "always, on the spot", "paid for", "on the way out"],
)
def test_besitos_are_fetched_for_ever_only_where_a_free_way_leads_round(well: Choice, is_found: bool) -> None:
    assert ("NAR222" in codes(lint(good(first=[well]), plays=10))) is is_found


def test_besitos_of_arriving_are_fetched_in_a_circle_too() -> None:
    pozo = fragment("pozo", choice(BACK, key="x"), effects=(GiveBesitos(5),))
    assert "NAR222" in codes(lint(good(pozo, first=[choice("pozo")]), plays=10))
    assert "NAR222" not in codes(lint(good(pozo, first=[choice("pozo", repeat="once")]), plays=10))


def test_a_good_story_is_clean() -> None:
    assert lint(good()).is_clean


@pytest.mark.parametrize(
    ("world", "made", "code"),
    [
        (
            World(hints=frozenset()),
            good(first=[choice("fin", key="x", label="X", effects=(UnlockHint("mapa"),))]),
            "NAR112",
        ),
        (
            World(letters=frozenset()),
            good(first=[choice("fin", key="x", label="X", effects=(SendLetter("a"),))]),
            "NAR112",
        ),
        (
            World(items=frozenset()),
            good(first=[choice("fin", key="x", label="X", condition=when("item llave"))]),
            "NAR112",
        ),
        (World(media={}), good(ending("foto", media=PICTURE), first=[choice("foto")]), "NAR108"),
        (World(languages=("es", "en")), good(), "NAR210"),
        (
            World(free_besitos=False),
            good(first=[choice("fin", key="x", label="X", condition=when("besitos >= 1"))]),
            "NAR105",
        ),
    ],
)
def test_what_there_is_outside_counts(world: World, made: Story, code: str) -> None:
    assert code in codes(lint(made, world, plays=0))
    assert code not in codes(lint(made, plays=0))


def test_an_old_translation_is_told_apart_from_a_missing_one() -> None:
    both = story(
        fragment("sala", dataclasses.replace(choice("fin"), label=words("Ir", en="Go")), text="Hola"),
        dataclasses.replace(ending("fin"), title=words("Fin", en="End")),
    )
    sala = dataclasses.replace(both.fragments[0], title=words("Sala", en="Room"), text=words("Hola", en="Hi"))
    both = dataclasses.replace(both, title=words("Casa", en="House"), fragments=(sala, both.fragments[1]))
    found = lint(both, World(languages=("en",), stale={("sala", "en"): True}), plays=0)
    assert [(one.code, one.fragment) for one in found.findings] == [("NAR211", "sala"), ("NAR210", "fin")]


def test_an_item_that_the_story_gives_is_no_mystery() -> None:
    made = story(
        fragment("sala", choice("cofre"), choice("fin", condition=when("item llave 2"))),
        fragment("cofre", choice("sala", key="v"), effects=(GiveItem("llave"),)),
        ending("fin"),
    )
    found = lint(made, World(items=frozenset({"llave"})), plays=500)
    assert "NAR105" not in codes(found)


def test_the_same_seed_gives_the_same_report() -> None:
    made = CASES["NAR220"][0]
    assert lint(made, seed=3).to_json() == lint(made, seed=3).to_json()
    assert lint(made, seed=3).walks.seed == 3


def test_readers_who_are_not_there_find_every_ending() -> None:
    made = good(ending("b"), ending("c"), first=[choice("b"), choice("c")])
    walks = lint(made, plays=300).walks
    assert set(walks.endings) == {"fin", "b", "c"}
    assert min(walks.endings.values()) > 50  # they prefer what nobody chose yet
    assert (walks.plays, walks.steps) == (300, (1, 1, 1))


def test_every_code_is_explained() -> None:
    text = (Path(configured.BASE_DIR) / "docs" / "linter.md").read_text()
    assert set(re.findall(r"^\| (NAR\d+) \|", text, re.M)) == set(CODES)


def test_findings_speak_both_languages() -> None:
    for code in CASES:
        for one in lint(CASES[code][0], plays=100).findings:
            assert one.es and one.en and "{" not in one.es + one.en


# --- how long is left -------------------------------------------------------------------------------------------------
def test_how_long_is_left_is_known_where_nobody_goes_round_in_circles() -> None:
    made = story(
        fragment("a", choice("b"), choice("c")),
        fragment("b", choice("c", key="x")),
        fragment("c", choice("fin")),
        fragment("rueda", choice("rueda", key="y"), choice("fin", key="z")),
        ending("fin"),
    )
    assert distances(made) == {"a": (2, 3), "b": (2, 2), "c": (1, 1), "rueda": (1, None), "fin": (0, 0)}


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef")), max_size=6))
def test_two_fragments_are_in_one_circle_when_each_leads_to_the_other(onward: dict[str, set[str]]) -> None:
    def leads(source: str, target: str) -> bool:
        seen, work = set(), list(onward.get(source, ()))
        while work:
            key = work.pop()
            if key in onward and key not in seen:
                seen.add(key)
                work += onward[key]
        return target in seen

    rings = circles(onward)
    assert set(rings) == {key for key in onward if leads(key, key)}
    for one in rings:
        for other in rings:
            assert (rings[one] == rings[other]) == (leads(one, other) and leads(other, one))


@settings(max_examples=30, deadline=None)
@given(any_story())
def test_any_story_at_all_can_be_linted(made: Story) -> None:
    for one in lint(made, plays=20).findings:
        assert one.code in CODES


def test_a_closed_door_is_no_way() -> None:
    made = good(first=[choice("fin", key="x", label="X", condition=when("vip"))])
    with pytest.raises(ChoiceClosed):
        engine.follow(made, engine.begin(made).state, Facts(), "x")
    assert "x" not in reach(made, World(), vip=False).choices
    assert "x" in reach(made, World(), vip=True).choices


@pytest.mark.parametrize(
    ("condition", "locked", "silent"),
    [
        ("flag luz", "show", True),
        ("flag luz", "hide", False),
        ("not flag luz", "show", False),
        ("any vip | counter luz >= 2", "show", True),
        ("counter luz = 2", "show", True),
        ("counter luz < 2", "show", False),
    ],
)
def test_only_a_lock_that_is_shown_and_can_be_opened_needs_words(condition, locked, silent) -> None:
    dark = choice("fin", key="x", label="X", condition=when(condition), locked=locked)
    assert ("NAR228" in codes(lint(good(first=[dark, LIT], declared=SILENT), plays=0))) is silent


def test_the_words_of_a_lock_are_in_every_language_of_the_story() -> None:
    dark = good(first=[DARK, LIT], declared=FLAG)
    found = [one.es for one in lint(dark, World(languages=("es", "en")), plays=0).findings if one.code == "NAR228"]
    assert found == ["Lo que está cerrado por «luz» no le dice al lector qué le falta, en «en»"]
    gate = good(fragment("cuarto", choice("fin", key="z"), condition=when("flag luz")), first=[choice("cuarto"), LIT])
    assert "NAR228" in codes(lint(dataclasses.replace(gate, declared=SILENT), plays=0))
