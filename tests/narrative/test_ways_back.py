"""Taking a choice back, and going back to a checkpoint: only where nothing was given, paid or ended."""

import pytest

from narrative.errors import ChoiceGone, NoUndo
from narrative.models import Release
from narrative.services import choices, library
from narrative.story.effects import (
    GiveBesitos,
    GiveItem,
)
from tests.factories.gamification import WalletFactory
from tests.narrative.stories import choice, ending, fragment, story
from tests.narrative.walking import ANA, HOUSE, go

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Release:
    return library.release(HOUSE)


def test_the_last_choice_can_be_taken_back(house):
    go("a-sotano")

    place = choices.undo(ANA, story="casa", step=2)

    assert (place.scene.fragment.key, place.progress.step) == ("sala", 3)
    assert place.state.visited == {"sala": 1}
    assert place.state.chosen == {}
    with pytest.raises(NoUndo):
        choices.undo(ANA, story="casa", step=3)
    with pytest.raises(ChoiceGone):
        choices.undo(ANA, story="casa", step=2)


@pytest.mark.parametrize(
    "way",
    [
        choice("fin", key="ir"),
        choice("patio", key="ir", effects=(GiveBesitos(1),)),
        choice("duro", key="ir"),
        choice("regalo", key="ir"),
    ],
    ids=["an ending", "a gift of the choice", "a fragment that forbids it", "a gift of the arrival"],
)
def test_what_gave_something_or_ended_the_story_cannot_be_taken_back(way):
    gift = fragment("regalo", effects=(GiveItem("llave"),))
    library.release(story(fragment("sala", way), fragment("patio"), fragment("duro", undo=False), gift, ending("fin")))
    go("ir")

    with pytest.raises(NoUndo):
        choices.undo(ANA, story="casa", step=2)


def test_a_paid_choice_cannot_be_taken_back(house):
    WalletFactory(user_id=ANA, balance=20)
    go("a-jardin")

    with pytest.raises(NoUndo):
        choices.undo(ANA, story="casa", step=2)


def test_a_checkpoint_brings_the_reader_back(house):
    go("a-sotano", "volver")

    place = choices.to_checkpoint(ANA, story="casa", step=3)

    assert (place.scene.fragment.key, place.progress.step) == ("sotano", 4)
    assert go("volver").scene.fragment.key == "sala"


def test_without_a_checkpoint_there_is_no_way_back_to_one(house):
    go()

    with pytest.raises(NoUndo):
        choices.to_checkpoint(ANA, story="casa", step=1)
    with pytest.raises(ChoiceGone):
        choices.to_checkpoint(ANA, story="casa", step=9)
