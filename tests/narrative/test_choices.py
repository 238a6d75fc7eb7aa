"""Reading a story: every step happens once, all of it or nothing, and an old button changes nothing."""

import threading
from dataclasses import replace

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gamification.services import wallets
from narrative.errors import ChoiceClosed, ChoiceGone, PriceNotAgreed, StoryNotFound
from narrative.events import BesitosPromised, DecisionMade, FragmentCompleted, ItemsChanged, MissionAssigned
from narrative.models import HintUnlock, ProgressStep, ReaderProgress, Release
from narrative.models import Story as StoryRow
from narrative.services import choices, knowledge, library, places
from narrative.story import engine
from narrative.story.effects import (
    AssignMission,
    Count,
    GiveBesitos,
    GiveItem,
    SendLetter,
    SetFlag,
    TakeItem,
    UnlockHint,
)
from narrative.story.reading import StoryError
from tests.factories.core import TelegramUserFactory
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import HintFactory, LucienTemplateFactory
from tests.gamification.hearing import announced
from tests.narrative.stories import any_story, choice, ending, fragment, story, words
from tests.narrative.telling import letters
from tests.narrative.walking import ANA, HOUSE, LUIS, go, here, when
from yabot.core import delivery
from yabot.core.models import OutgoingMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Release:
    return library.release(HOUSE)


def test_a_reader_begins_where_the_story_does_and_is_found_there_again(house):
    place = choices.begin(ANA, story="casa")

    assert (place.scene.fragment.key, place.progress.step) == ("sala", 1)
    assert choices.begin(ANA, story="casa").progress.pk == place.progress.pk
    assert choices.where(ANA).scene == choices.where(ANA, story="casa").scene == place.scene
    assert choices.where(LUIS) is None
    assert ProgressStep.objects.count() == 1


def test_a_story_that_is_not_there_or_not_published_cannot_be_begun(house):
    StoryRow.objects.create(key="otra", title_es="Otra")

    for key in ("otra", "ninguna"):
        with pytest.raises(StoryNotFound):
            choices.begin(ANA, story=key)
        with pytest.raises(StoryNotFound):
            choices.restart(ANA, story=key)
        assert choices.where(ANA, story=key) is None


def test_a_choice_moves_the_reader_is_logged_and_announced(house):
    place = go("a-sotano")

    assert here() == ("sotano", 2)
    assert place.arrived_by.key == "a-sotano"
    step = ProgressStep.objects.get(number=2)
    assert (step.came_from, step.choice, step.fragment, step.kind) == ("sala", "a-sotano", "sotano", "choice")
    (decided,) = announced(DecisionMade)
    assert (decided.user_id, decided.story, decided.fragment, decided.choice) == (ANA, "casa", "sala", "a-sotano")
    assert [event.fragment for event in announced(FragmentCompleted)] == ["sala"]


def test_a_press_of_another_step_changes_nothing(house):
    go("a-sotano")

    for step in (0, 1, 3):
        with pytest.raises(ChoiceGone):
            choices.follow(ANA, story="casa", step=step, choice="volver")
    with pytest.raises(ChoiceGone):
        choices.follow(ANA, story="casa", step=2, choice="a-sotano")
    with pytest.raises(ChoiceGone):
        choices.follow(LUIS, story="casa", step=1, choice="a-sotano")
    assert here() == ("sotano", 2)
    assert ProgressStep.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one(house):
    WalletFactory(user_id=ANA, balance=50)
    go()
    said: list[str] = []
    ready = threading.Barrier(4)

    def press() -> None:
        ready.wait()
        try:
            said.append(choices.follow(ANA, story="casa", step=1, choice="a-jardin").scene.fragment.key)
        except ChoiceGone:
            said.append("gone")
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == ["gone", "gone", "gone", "jardin"]
    assert here() == ("jardin", 2)
    assert wallets.balance_of(ANA) == 30


def test_the_price_of_a_choice_is_paid_with_the_step(house):
    WalletFactory(user_id=ANA, balance=25)

    go("a-jardin")

    assert wallets.balance_of(ANA) == 5
    assert ProgressStep.objects.get(number=2).price == 20


def test_a_choice_that_is_locked_now_says_why_and_moves_nobody(house):
    WalletFactory(user_id=ANA, balance=19)

    with pytest.raises(ChoiceClosed) as closed:
        go("a-jardin")
    assert closed.value.sentence("es") == "Te falta 1 besito."
    with pytest.raises(ChoiceClosed) as closed:
        go("a-fin")
    assert closed.value.sentence("es") == "Antes tienes que pasar por «Jardin»."
    assert here() == ("sala", 1)
    assert wallets.balance_of(ANA) == 19


def test_effects_go_to_whoever_can_do_them_once_each():
    TelegramUserFactory(id=ANA)
    HintFactory(key="reloj", template=None)
    LucienTemplateFactory(key="carta", text_es="Bien hecho, {nombre}.")
    gifts = (
        GiveBesitos(5),
        GiveItem("llave", 2),
        TakeItem("vela"),
        AssignMission("lucien-1"),
        SendLetter("carta"),
        UnlockHint("reloj"),
        SetFlag("luz"),
        Count("valor", 3),
    )
    library.release(story(fragment("sala", choice("fin", effects=gifts)), ending("fin")))

    place = go("a-fin")
    delivery.deliver("gamification")

    assert wallets.balance_of(ANA) == 5
    assert [(event.item, event.count) for event in announced(ItemsChanged)] == [("llave", 2), ("vela", -1)]
    assert [event.mission for event in announced(MissionAssigned)] == ["lucien-1"]
    assert HintUnlock.objects.get().hint.key == "reloj"
    assert OutgoingMessage.objects.filter(user_id=ANA).count() == 1
    assert (place.state.flags, place.state.counters) == ({"luz"}, {"valor": 3})
    references = [event.reference for kind in (BesitosPromised, ItemsChanged) for event in announced(kind)]
    assert len(set(references)) == 3


def test_a_letter_that_is_no_more_stops_nobody():
    TelegramUserFactory(id=ANA)
    gone = (SendLetter("ninguna"), UnlockHint("ninguna"))
    library.release(story(fragment("sala", choice("fin", effects=gone)), ending("fin")))

    assert go("a-fin").scene.fragment.key == "fin"
    assert letters() == []


def test_endings_are_collected_and_stay_after_beginning_again(house):
    WalletFactory(user_id=ANA, balance=20)

    place = go("a-jardin", "entrar", "a-fin")
    assert place.endings == (1, 1)
    assert [event.ending for event in announced(FragmentCompleted) if event.ending] == ["fin"]

    again = choices.restart(ANA, story="casa")
    assert (again.scene.fragment.key, again.endings) == ("sala", (1, 1))
    assert again.state.visited == {"sala": 1}
    assert again.progress.step == 5, "an old button fits no step of the new beginning"


def test_a_reader_stays_on_their_release_until_they_begin_again(house):
    go("a-sotano")
    newer = replace(HOUSE, fragments=(fragment("calle", choice("calle", key="mirar")),), start="calle")
    library.release(newer, note="Otra casa", author="eva")

    assert go("volver").scene.fragment.key == "sala"
    assert choices.begin(LUIS, story="casa").scene.fragment.key == "calle"
    assert choices.restart(ANA, story="casa").scene.fragment.key == "calle"
    assert list(Release.objects.order_by("number").values_list("number", "fragments", "author")) == [
        (1, 4, ""),
        (2, 1, "eva"),
    ]


def test_an_earlier_release_can_be_published_again(house):
    library.release(replace(HOUSE, title=words("Otra")))

    library.go_back(house.story_id, number=1)

    assert choices.begin(ANA, story="casa").progress.release_id == house.pk
    assert [row.key for row in library.open_stories()] == ["casa"]


def test_a_story_without_a_beginning_is_not_released():
    with pytest.raises(StoryError):
        library.release(replace(HOUSE, start="ninguna"))
    assert not StoryRow.objects.exists()


def test_what_nobody_knows_leaves_a_choice_closed():
    asks = when("mission m completed; item llave; achievement a")
    library.release(story(fragment("sala", choice("fin", condition=asks), vip=False), ending("fin")))

    (option,) = go().scene.options

    assert option.reasons["es"] == "No lo sé ahora."


def test_facts_of_the_reader_open_choices():
    HintFactory(key="reloj", title_es="El reloj", template=None)
    asks = when("hint reloj; reactions 1; hours 0 24")
    library.release(story(fragment("sala", choice("fin", condition=asks)), ending("fin")))

    assert go().scene.options[0].reasons["es"] == "Te falta la pista «El reloj». Te falta 1 reacción."


def test_the_page_after_a_gift_knows_it_before_the_economy_does():
    gift = choice("patio", effects=(GiveBesitos(50),))
    library.release(story(fragment("sala", gift), fragment("patio", choice("fin", price=20)), ending("fin")))

    assert go("a-patio").scene.option("a-fin").is_open


@given(any_story(), st.lists(st.integers(0, 5), max_size=6))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_bot_and_the_engine_alone_walk_the_same_way(played, ways):
    ReaderProgress.objects.all().delete()
    played = replace(played, key="casa")
    library.release(played)
    place = choices.restart(ANA, story="casa") if choices.where(ANA, story="casa") else choices.begin(ANA, story="casa")
    known = knowledge.for_story(ANA, places.needs_of(played.by_key[played.start]))
    state = engine.begin(played, known).state

    for way in ways:
        assert place.state.to_json() | {"step": 0} == state.to_json() | {"step": 0}
        opened = [option for option in place.scene.options if option.is_open]
        if not opened:
            break
        key = opened[way % len(opened)].choice.key
        delivery.deliver("gamification")  # what the last page promised
        facts = places.facts_at(places.Standing(place.progress, played, state), key)
        place = choices.follow(ANA, story="casa", step=place.progress.step, choice=key)
        state = engine.follow(played, state, facts, key).state


def test_no_more_is_paid_than_was_agreed(house):
    WalletFactory(user_id=ANA, balance=25)
    go()

    with pytest.raises(PriceNotAgreed) as asked:
        choices.follow(ANA, story="casa", step=1, choice="a-jardin", most=19)

    assert asked.value.sentence("es") == "Esto cuesta 20 besitos."
    assert asked.value.sentence("en") == "This costs 20 besitos."
    assert (wallets.balance_of(ANA), here()) == (25, ("sala", 1))
    assert choices.follow(ANA, story="casa", step=1, choice="a-jardin", most=20).scene.fragment.key == "jardin"
