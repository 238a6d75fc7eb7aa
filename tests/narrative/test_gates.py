"""Closed gates: nothing is given, counted or ended before a reader can go in, and then it is, once."""

import pytest

from narrative.bot import stories
from narrative.errors import ChoiceGone
from narrative.events import BesitosPromised, FragmentCompleted
from narrative.models import ProgressStep, ReaderProgress, StepKind
from narrative.services import choices, library
from narrative.story.effects import GiveBesitos, SetFlag
from narrative.story.playing import Persona, play
from tests.factories.channeladmin import SubscriptionFactory
from tests.factories.core import TelegramUserFactory
from tests.gamification.hearing import announced
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core import clock
from yabot.core.conditions import Condition
from yabot.core.people import Person

pytestmark = pytest.mark.django_db
ANA = 7
LUCIA = Person(ANA, "Lucía")
CLUB = story(
    fragment("sala", choice("club"), choice("salon")),
    ending("club", vip=True, effects=(GiveBesitos(50),)),
    fragment(
        "salon", choice("sala", key="salir"), vip=True, effects=(SetFlag("copa"), GiveBesitos(5)), checkpoint=True
    ),
)


@pytest.fixture(autouse=True)
def _club():
    TelegramUserFactory(id=ANA)
    library.release(CLUB)


def go(*keys: str) -> choices.Place:
    place = choices.begin(ANA, story="casa")
    for key in keys:
        place = choices.follow(ANA, story="casa", step=place.progress.step, choice=key)
    return place


def given() -> list[int]:
    return [event.amount for event in announced(BesitosPromised)]


def endings() -> list[str]:
    return [event.ending for event in announced(FragmentCompleted) if event.ending]


def test_a_closed_gate_holds_back_gifts_and_endings():
    place = go("a-club")

    assert place.scene.gate["es"] == "Este capítulo es solo para VIP."
    assert (given(), endings(), place.endings, place.state.visited) == ([], [], (0, 1), {"sala": 1})


def test_the_first_look_through_an_open_gate_gives_what_is_there_and_the_second_nothing():
    go("a-club")
    assert choices.enter(ANA).scene.gate
    SubscriptionFactory(user_id=ANA)
    seen = choices.where(ANA)
    assert (seen.scene.gate, given(), seen.progress.step) == (None, [], 2), "where only looks"

    place = choices.enter(ANA)

    assert (given(), endings(), place.endings, place.progress.step) == ([50], ["club"], (1, 1), 3)
    assert place.scene == seen.scene
    assert ProgressStep.objects.get(number=3).kind == StepKind.ENTERED
    assert choices.enter(ANA).progress.step == 3
    assert (given(), endings()) == ([50], ["club"])


def test_every_way_of_looking_goes_in(client):
    go("a-salon")
    SubscriptionFactory(user_id=ANA)

    assert "Estás en salon" in stories.page_of(LUCIA).text.text
    assert choices.where(ANA).state.flags == {"copa"}
    assert choices.begin(ANA, story="casa").progress.step == 3
    assert given() == [5]


def test_two_looks_at_once_are_one(monkeypatch):
    go("a-salon")
    SubscriptionFactory(user_id=ANA)
    before = ReaderProgress.objects.get()
    choices.enter(ANA)
    monkeypatch.setattr(choices.places, "of_reader", lambda *_: choices.Standing.of(before))

    assert choices.enter(ANA).progress.step == 3
    assert given() == [5]


def test_a_choice_behind_a_gate_that_has_opened_takes_the_reader_in_first():
    go("a-salon")
    SubscriptionFactory(user_id=ANA)

    place = choices.follow(ANA, story="casa", step=2, choice="salir")

    assert (place.scene.fragment.key, place.progress.step, place.state.flags) == ("sala", 4, {"copa"})
    assert given() == [5]


def test_behind_a_closed_gate_there_are_no_choices():
    go("a-salon")

    with pytest.raises(ChoiceGone):
        choices.follow(ANA, story="casa", step=2, choice="salir")
    assert ReaderProgress.objects.get().step == 2


def test_a_checkpoint_behind_a_closed_gate_is_not_one_yet():
    assert go("a-salon").progress.checkpoint is None
    SubscriptionFactory(user_id=ANA)
    assert choices.enter(ANA).progress.checkpoint["fragment"] == "salon"


def test_from_before_a_gate_one_can_step_back_whatever_it_would_have_given():
    assert go("a-club").undoable
    assert choices.undo(ANA, story="casa", step=2).scene.fragment.key == "sala"


def test_a_gate_looks_at_what_the_choice_has_just_done():
    door = fragment("torre", condition=Condition.from_text("flag luz; besitos >= 5"), effects=(SetFlag("arriba"),))
    gifts = (SetFlag("luz"), GiveBesitos(5))
    library.release(story(fragment("sala", choice("torre", effects=gifts)), door, key="otra"))
    choices.begin(ANA, story="otra")

    place = choices.follow(ANA, story="otra", step=1, choice="a-torre")

    assert (place.scene.gate, place.state.flags) == (None, {"luz", "arriba"})


def test_a_play_test_stands_before_the_same_gates():
    free = play(CLUB, Persona(), choices=["a-club"], now=clock.now())
    vip = play(CLUB, Persona(vip=True), choices=["a-club"], now=clock.now())
    inside = play(CLUB, Persona(vip=True), start="club", now=clock.now())

    assert (free.page.is_gate, free.facts.besitos, free.state.endings) == (True, 0, frozenset())
    for played in (vip, inside):
        assert (played.facts.besitos, played.state.endings) == (50, {"club"})
