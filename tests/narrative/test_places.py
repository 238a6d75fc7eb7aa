"""Where fragments stand on the map: each on a place of its own, to the right of what leads to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narrative.story.content import Story
from narrative.story.places import COLUMN, ROW, places
from tests.narrative.stories import chain, chapters, choice, ending, fragment, story

SPOTS = st.none() | st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000))
DRAWN = st.lists(st.tuples(st.lists(st.integers(0, 9), max_size=3), SPOTS), min_size=1, max_size=10)
STORIES = DRAWN.map(
    lambda rows: story(
        *(
            fragment(f"f{n}", *(choice(f"f{to}", key=f"c{n}-{i}") for i, to in enumerate(ways)), position=spot)
            for n, (ways, spot) in enumerate(rows)
        )
    )
)


@given(STORIES)
def test_every_fragment_has_a_place_of_its_own(told: Story) -> None:
    found = places(told, anew=True)
    assert set(found) == set(told.by_key)
    assert len(set(found.values())) == len(found)


@given(STORIES)
def test_what_an_editor_put_somewhere_stays_there(told: Story) -> None:
    found = places(told)
    assert all(found[part.key] == part.position for part in told.fragments if part.position)


def test_a_story_goes_from_left_to_right() -> None:
    told = story(fragment("a", choice("b"), choice("c")), fragment("b", choice("d")), fragment("c"), ending("d"))
    assert places(told) == {"a": (0, 0), "b": (COLUMN, 0), "c": (COLUMN, ROW), "d": (2 * COLUMN, 0)}


def test_a_new_fragment_stands_beside_what_leads_to_it_and_on_nothing() -> None:
    told = story(
        fragment("a", choice("new"), position=(1000, 500)), fragment("b", position=(1230, 510)), fragment("new")
    )
    x, y = places(told)["new"]
    assert abs(x - 1000 - COLUMN) <= COLUMN / 2
    assert abs(y - 500) <= 2 * ROW
    assert abs(x - 1230) >= COLUMN / 2 or abs(y - 510) >= ROW / 2


def test_fragments_without_links_stand_in_rows_below() -> None:
    told = story(fragment("a", choice("b")), ending("b"), *(fragment(f"x{n}") for n in range(9)))
    found = places(told)
    assert [found[f"x{n}"] for n in (0, 7, 8)] == [(0, 2 * ROW), (7 * COLUMN, 2 * ROW), (0, 3 * ROW)]


@pytest.mark.parametrize("told", [chain(500), chapters(20)], ids=["chain", "chapters"])
def test_a_long_story_does_not_wander_off(told: Story) -> None:
    rows = [y // ROW for _x, y in places(told).values()]
    assert max(rows) - min(rows) <= 110
