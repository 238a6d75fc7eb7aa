"""Two stories at once: each button belongs to its own."""

import pytest

from narrative.bot import stories, turning
from narrative.bot.buttons import token
from narrative.models import ReaderProgress
from narrative.services import choices, library
from narrative.story.content import Story
from tests.narrative.stories import choice, ending, fragment, story, words
from tests.narrative.test_reading_screens import data, labels, of_step, press
from yabot.core.people import Person
from yabot.core.telegram.screens import Screen

pytestmark = pytest.mark.django_db
ANA = Person(7, "Ana")


def told(key: str) -> Story:
    """A short story; its fragments have the same keys as those of any other."""
    return story(
        fragment("a", choice("b"), text=f"Empieza {key}."),
        fragment("b", choice("fin"), text=f"Sigue {key}.", checkpoint=True),
        ending("fin", text=f"Acaba {key}."),
        key=key,
        title=words(key.capitalize()),
    )


@pytest.fixture
def first() -> Screen:
    """The first page of the house; the reader has begun the garden since, and stands at the same step there."""
    library.release(told("casa"))
    library.release(told("jardin"))
    page = turning.begin(ANA, story=token("casa")).page
    turning.begin(ANA, story=token("jardin"))
    return page


def places() -> dict[str, tuple[str, int]]:
    """Where the reader stands in each story."""
    return {one.story.key: (one.fragment, one.step) for one in ReaderProgress.objects.select_related("story")}


def test_the_buttons_of_the_earlier_story_still_turn_its_pages(first: Screen) -> None:
    assert press(first, "A b", ANA).page.text.text == "Sigue casa."
    assert places() == {"casa": ("b", 2), "jardin": ("a", 1)}


def test_undo_and_checkpoint_act_on_their_own_story(first: Screen) -> None:
    there = press(first, "A b", ANA).page
    choices.follow(7, story="jardin", step=1, choice="a-b")

    assert turning.back(ANA, **of_step(there, "Deshacer")).page.text.text == "Empieza casa."
    assert places() == {"casa": ("a", 3), "jardin": ("b", 2)}

    last = press(press(stories.page_of(ANA, story=token("casa")), "A b", ANA).page, "A fin", ANA).page
    choices.follow(7, story="jardin", step=2, choice="a-fin")
    assert turning.back(ANA, **of_step(last, "control"), far=True).page.text.text == "Sigue casa."
    assert places()["jardin"] == ("fin", 3)


def test_beginning_again_acts_on_its_own_story_once(first: Screen) -> None:
    last = press(press(first, "A b", ANA).page, "A fin", ANA).page

    assert turning.begin_again(ANA, **of_step(last, "nuevo")).page.text.text == "Empieza casa."
    turning.begin_again(ANA, **of_step(last, "nuevo"))

    assert places() == {"casa": ("a", 4), "jardin": ("a", 1)}


def test_looking_again_and_the_way_back_from_vip_stay_in_their_story(first: Screen) -> None:
    assert stories.page_of(ANA).text.text == "Empieza jardin."
    (name,) = data(stories.vip(ANA, story=token("casa")), "Volver").values

    assert stories.page_of(ANA, story=name).text.text == "Empieza casa."
    assert stories.page_of(ANA, story="gone").text.text == "Empieza jardin."
    assert labels(stories.page_of(ANA, story=name)) == ["A b"]
