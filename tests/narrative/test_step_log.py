"""The step log: what was shown, chosen and changed, and which closed doors were tried."""

import pytest

from narrative.bot import turning
from narrative.bot.buttons import token
from narrative.errors import ChoiceClosed, ChoiceGone
from narrative.models import ProgressStep, ReaderProgress, StepKind
from narrative.services import choices, library
from narrative.story.content import Variant
from narrative.story.effects import ClearFlag, Count, GiveBesitos, GiveItem, SetFlag
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core.conditions import Condition
from yabot.core.people import Person
from yabot.core.telegram.screens import Alert

pytestmark = pytest.mark.django_db
ANA = 7
when = Condition.from_text
HOUSE = story(
    fragment(
        "sala",
        choice("patio", effects=(SetFlag("luz"), Count("valor", 2), GiveBesitos(5))),
        choice("fin", price=20),
        choice("torre", condition=when("vip"), locked="hide"),
        variants=(
            Variant(when("counter valor >= 9"), words("Nunca.")),
            Variant(when("counter valor >= 2"), words("Otra vez aquí.")),
        ),
    ),
    fragment("patio", choice("sala", key="volver", effects=(ClearFlag("luz"),)), effects=(GiveItem("flor"),)),
    fragment("torre", vip=True),
    ending("fin"),
)


@pytest.fixture(autouse=True)
def made():
    return library.release(HOUSE)


def go(*keys: str) -> choices.Place:
    place = choices.begin(ANA, story="casa")
    for key in keys:
        place = choices.follow(ANA, story="casa", step=place.progress.step, choice=key)
    return place


def step(number: int) -> ProgressStep:
    return ProgressStep.objects.get(number=number, beside="")


def test_a_step_keeps_the_page_it_led_to(made):
    go("a-patio", "volver")

    assert step(1).shown == {"variant": 0, "open": ["a-patio"], "locked": ["a-fin"]}
    assert step(2).shown == {"variant": 0, "open": ["volver"], "locked": []}
    assert step(3).shown == {"variant": 2, "open": ["a-patio"], "locked": ["a-fin"]}
    assert {row.release_id for row in ProgressStep.objects.all()} == {made.pk}


def test_a_step_before_a_gate_keeps_that_it_was_closed():
    library.release(story(fragment("sala", choice("torre")), fragment("torre", vip=True)))
    go("a-torre")

    assert step(2).shown == {"gate": True}


def test_a_step_keeps_what_it_changed_and_what_others_were_asked_for():
    go("a-patio", "volver")
    reading = f"story:{ReaderProgress.objects.get().pk.hex}"

    assert step(1).changed == {}
    assert step(2).changed == {
        "set": ["luz"],
        "counters": {"valor": 2},
        "promises": [f"{reading}:choice:a-patio:1:effect:2", f"{reading}:2:fragment:patio:effect:0"],
    }
    assert step(3).changed == {"cleared": ["luz"]}


def test_a_closed_door_that_is_tried_is_kept_once_for_each_step():
    go()
    for _ in range(3):
        with pytest.raises(ChoiceClosed):
            choices.follow(ANA, story="casa", step=1, choice="a-fin")

    (tried,) = ProgressStep.objects.filter(kind=StepKind.LOCKED)
    assert (tried.number, tried.came_from, tried.fragment, tried.choice) == (1, "sala", "sala", "a-fin")
    assert choices.where(ANA).progress.step == 1, "nobody moves"
    place = go("a-patio", "volver")
    with pytest.raises(ChoiceClosed):
        choices.follow(ANA, story="casa", step=place.progress.step, choice="a-fin")
    locked = ProgressStep.objects.filter(kind=StepKind.LOCKED)
    assert sorted(locked.values_list("number", flat=True)) == [1, 3]


def test_a_tap_on_a_lock_in_the_chat_is_kept_and_explained():
    go()
    said = turning.take(Person(ANA, "Ana"), story=token("casa"), step=1, choice=token("casa", "sala", "a-fin"))

    assert said == Alert("Te faltan 20 besitos.", box=True)
    assert ProgressStep.objects.filter(kind=StepKind.LOCKED, choice="a-fin").count() == 1


def test_what_is_hidden_or_old_leaves_no_trace():
    go("a-patio")
    for number, key in ((1, "a-fin"), (2, "a-torre"), (2, "nada")):
        with pytest.raises(ChoiceGone):
            choices.follow(ANA, story="casa", step=number, choice=key)

    assert not ProgressStep.objects.filter(kind=StepKind.LOCKED).exists()


def test_a_lock_that_was_tried_does_not_stand_in_the_way_of_an_undo():
    locked = fragment("patio", choice("fin", price=9))
    library.release(story(fragment("sala", choice("patio")), locked, ending("fin")))
    go("a-patio")
    with pytest.raises(ChoiceClosed):
        choices.follow(ANA, story="casa", step=2, choice="a-fin")

    assert choices.where(ANA).undoable
    assert choices.undo(ANA, story="casa", step=2).scene.fragment.key == "sala"
