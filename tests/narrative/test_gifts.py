"""Gifts: what a story gives is given once, however often a reader goes back for it; what is paid for is delivered."""

from dataclasses import replace

import orjson
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gamification.services import wallets
from narrative.events import BesitosPromised, ItemsChanged, MissionAssigned
from narrative.models import ProgressStep, ReaderProgress
from narrative.services import choices, library
from narrative.story.content import Choice, Ending, Fragment, Story
from narrative.story.effects import AssignMission, GiveBesitos, GiveItem, SendLetter
from tests.factories.core import TelegramUserFactory
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import LucienTemplateFactory
from tests.gamification.hearing import announced
from tests.narrative.stories import choice, ending, fragment, story, words
from yabot.core import delivery
from yabot.core.events import publish
from yabot.core.models import EventRecord, OutgoingMessage

pytestmark = pytest.mark.django_db
ANA = 7


def cellar(*more: Choice, **facts: object) -> Story:
    """A cellar one can always come back to, with a way up that gives something."""
    up = choice("sala", key="subir", **{"repeat": "once", **facts})
    return story(fragment("sala", choice("sotano"), *more), fragment("sotano", up, checkpoint=True), ending("fin"))


def go(*keys: str) -> choices.Place:
    place = choices.begin(ANA, story="casa")
    for key in keys:
        place = choices.follow(ANA, story="casa", step=place.progress.step, choice=key)
    return place


def back() -> choices.Place:
    return choices.to_checkpoint(ANA, story="casa", step=choices.where(ANA).progress.step)


def earned() -> int:
    delivery.deliver("gamification")
    return wallets.balance_of(ANA)


def test_a_gift_is_given_once_to_whoever_comes_back_from_a_checkpoint_or_the_beginning():
    TelegramUserFactory(id=ANA)
    LucienTemplateFactory(key="carta")
    gifts = (GiveBesitos(50), SendLetter("carta"), AssignMission("m"))
    library.release(cellar(effects=gifts))
    go("a-sotano", "subir")

    for _ in range(3):
        back()
        go("subir")
    choices.restart(ANA, story="casa")
    place = go("a-sotano", "subir")

    assert earned() == 50
    assert OutgoingMessage.objects.filter(user_id=ANA).count() == 1
    assert len(announced(MissionAssigned)) == 1
    assert ProgressStep.objects.get(number=place.progress.step).changed == {}


def test_what_arriving_gives_is_given_once_for_each_visit():
    library.release(
        story(fragment("sala", choice("patio")), fragment("patio", choice("sala", key="v"), effects=(GiveBesitos(5),)))
    )
    go("a-patio", "v", "a-patio", "v")
    assert earned() == 10

    choices.restart(ANA, story="casa")
    go("a-patio", "v", "a-patio", "v")
    assert earned() == 10
    go("a-patio")
    assert earned() == 15


def test_the_page_after_a_gift_that_was_given_before_does_not_promise_it_again():
    library.release(cellar(choice("fin", price=60), effects=(GiveBesitos(50),)))
    assert go("a-sotano", "subir").scene.option("a-fin").reasons["es"] == "Te faltan 10 besitos."
    earned()

    back()

    assert go("subir").scene.option("a-fin").reasons["es"] == "Te faltan 10 besitos."


def test_what_is_paid_for_is_delivered_each_time():
    WalletFactory(user_id=ANA, balance=10)
    library.release(cellar(effects=(GiveBesitos(3),), price=5))
    go("a-sotano", "subir")
    back()
    go("subir")

    assert earned() == 6


def test_the_key_is_there_also_the_second_time():
    library.release(cellar(effects=(GiveItem("llave"),)))
    go("a-sotano", "subir")
    back()
    go("subir")

    events = announced(ItemsChanged)
    assert len({event.reference for event in events}) == len(events) == 2


def test_a_choice_and_a_fragment_of_one_name_both_give():
    there = fragment("jardin", effects=(GiveBesitos(2),))
    library.release(story(fragment("sala", choice("jardin", key="jardin", effects=(GiveBesitos(3),))), there))
    go("jardin")

    assert earned() == 5
    reading = f"story:{ReaderProgress.objects.get().pk.hex}"
    promises = [f"{reading}:choice:jardin:1:effect:0", f"{reading}:fragment:jardin:1:effect:0"]
    assert [event.reference for event in announced(BesitosPromised)] == promises
    assert ProgressStep.objects.get(number=2).changed["promises"] == promises


def test_a_promise_that_is_heard_twice_is_paid_once():
    library.release(cellar(effects=(GiveBesitos(50),)))
    go("a-sotano", "subir")
    (promise,) = announced(BesitosPromised)
    publish([promise])

    assert earned() == 50


TOUR = [f"f{number}" for number in range(3)]


def tour() -> Story:
    def part(key: str) -> Fragment:
        ways = [choice(to, key=f"{key}-{to}", repeat="once", effects=(GiveBesitos(1),)) for to in TOUR]
        return fragment(key, *ways, checkpoint=key == "f1")

    return story(*map(part, TOUR))


@given(st.lists(st.sampled_from([*range(3), "checkpoint", "restart"]), max_size=25))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_walk_earns_more_than_the_story_has_to_give_once(ways):
    ReaderProgress.objects.all().delete()
    EventRecord.objects.all().delete()
    library.release(tour())
    place = choices.begin(ANA, story="casa")

    for way in ways:
        if way == "restart":
            place = choices.restart(ANA, story="casa", step=place.progress.step)
        elif way == "checkpoint" and place.progress.checkpoint:
            place = back()
        elif opened := [option for option in place.scene.options if option.is_open]:
            key = opened[way % len(opened) if isinstance(way, int) else 0].choice.key
            place = choices.follow(ANA, story="casa", step=place.progress.step, choice=key)

    promised = [event.reference for event in announced(BesitosPromised)]
    assert len(promised) == len(set(promised)) <= len(TOUR) ** 2


@pytest.mark.parametrize(
    ("language", "paid", "earning"), [("es", "Piano", "Final: La calle"), ("en", "Piano", "Ending: The street")]
)
def test_what_a_step_costs_and_gives_is_named_after_where_it_leads(language: str, paid: str, earning: str) -> None:
    WalletFactory(user_id=ANA, balance=20)
    piano = fragment("piano", choice("fin", effects=(GiveBesitos(3),)))
    street = replace(ending("fin"), ending=Ending(words("La calle", en="The street")))
    library.release(story(fragment("sala", choice("piano", price=10)), piano, street))
    with translation.override(language):
        go("a-piano", "a-fin")
    assert earned() == 13
    labels = {line.amount: line.label for line in wallets.history(ANA, limit=5)}
    assert labels[-10] == paid and labels[3] == earning


def test_a_letter_of_a_step_says_what_the_step_was_about():
    TelegramUserFactory(id=ANA)
    LucienTemplateFactory(key="al-irse", text_es="{historia}: {opcion}, desde {fragmento}.")
    LucienTemplateFactory(key="al-llegar", text_es="{historia}: {fragmento}, {final}.")
    down = choice("fin", label="Bajar", effects=(SendLetter("al-irse"),))
    library.release(story(fragment("sala", down), ending("fin", "La puerta", effects=(SendLetter("al-llegar"),))))

    go("a-fin")

    texts = {orjson.loads(message.payload)["text"] for message in OutgoingMessage.objects.filter(user_id=ANA)}
    assert texts == {"La casa: Bajar, desde Sala.", "La casa: Fin, La puerta."}
