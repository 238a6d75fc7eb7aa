"""Checkpoints belong to one beginning of one release, and an undone step takes its own back."""

import pytest

from narrative.errors import ChoiceGone, NoUndo
from narrative.models import ReaderProgress
from narrative.services import choices, library, releases
from narrative.story.content import BACK, Story
from narrative.story.effects import SetFlag
from narrative.story.state import State
from tests.narrative.stories import choice, ending, fragment, story

pytestmark = pytest.mark.django_db
ANA = 7
HOUSE = story(
    fragment("sala", choice("sotano"), choice("desvan"), choice("fin")),
    fragment("sotano", choice("sala", key="subir", effects=(SetFlag("polvo"),)), checkpoint=True),
    fragment("desvan", choice("sala", key="bajar"), choice(BACK, key="volver"), checkpoint=True),
    ending("fin"),
)


@pytest.fixture(autouse=True)
def _house():
    library.release(HOUSE)


def go(*keys: str) -> choices.Place:
    place = choices.begin(ANA, story="casa")
    for key in keys:
        place = choices.follow(ANA, story="casa", step=place.progress.step, choice=key)
    return place


def back() -> choices.Place:
    return choices.to_checkpoint(ANA, story="casa", step=choices.where(ANA).progress.step)


def publish(told: Story, **terms: object) -> None:
    made = library.release(told, terms=library.Terms(**terms))
    while releases.move_readers(made):
        pass


def test_beginning_again_leaves_the_checkpoint_behind():
    go("a-sotano", "subir")

    assert not choices.restart(ANA, story="casa").has_checkpoint
    with pytest.raises(NoUndo):
        back()


def test_beginning_again_from_an_old_step_changes_nothing():
    go("a-sotano")

    with pytest.raises(ChoiceGone):
        choices.restart(ANA, story="casa", step=1)
    assert choices.where(ANA).progress.step == 2
    assert choices.restart(ANA, story="casa", step=2).progress.step == 3


def test_an_undone_step_takes_its_checkpoint_back():
    assert not choices.undo(ANA, story="casa", step=go("a-sotano").progress.step).has_checkpoint

    go("a-sotano", "subir")
    choices.undo(ANA, story="casa", step=go("a-desvan").progress.step)
    assert back().scene.fragment.key == "sotano"


def test_a_checkpoint_that_is_not_told_any_more_is_none():
    go("a-sotano", "subir")
    ReaderProgress.objects.update(checkpoint=State("ninguna").to_json())

    assert not choices.where(ANA).has_checkpoint
    with pytest.raises(NoUndo):
        back()


def test_a_reader_who_is_moved_keeps_a_checkpoint_that_is_still_there():
    go("a-sotano", "subir")
    publish(HOUSE, everybody=True)

    place = back()

    assert (place.scene.fragment.key, place.state.arrived, place.state.flags) == ("sotano", True, frozenset())


def test_a_reader_who_is_moved_loses_a_checkpoint_and_a_way_that_are_gone():
    go("a-sotano", "subir", "a-desvan")
    ReaderProgress.objects.update(checkpoint=choices.where(ANA).progress.checkpoint | {"fragment": "sotano"})
    smaller = story(fragment("sala", choice("desvan"), choice("fin")), *HOUSE.fragments[2:])
    publish(smaller, everybody=True)

    place = choices.where(ANA)

    assert (place.has_checkpoint, place.state.way) == (False, ("sala", "sala"))
    assert go("volver").scene.fragment.key == "sala"


def test_a_fragment_with_another_name_is_the_same_checkpoint_and_way():
    go("a-sotano", "subir", "a-sotano")
    cellar = fragment("cueva", choice(BACK, key="salir"), checkpoint=True, effects=(SetFlag("dentro"),))
    publish(story(HOUSE.fragments[0], cellar, *HOUSE.fragments[2:]), everybody=True, moves={"sotano": "cueva"})

    place = choices.enter(ANA)

    assert (place.scene.fragment.key, place.state.way) == ("cueva", ("sala", "cueva", "sala"))
    assert place.state.flags == {"polvo", "dentro"}, "they arrive there when they look"
    assert go("salir").has_checkpoint
    assert back().scene.fragment.key == "cueva"
