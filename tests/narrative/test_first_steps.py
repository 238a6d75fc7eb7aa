"""From /start to the first page, and back to the beginning: what each reader is offered."""

import pytest

from narrative.bot import asking, stories, turning
from narrative.bot.buttons import token
from narrative.models import ReaderProgress
from narrative.services import choices, library
from tests.narrative.stories import choice, ending, fragment, story, words
from tests.narrative.test_reading_screens import data, labels, of_step
from yabot import bot
from yabot.core.bot import start
from yabot.core.people import Person
from yabot.core.telegram.screens import Style

pytestmark = pytest.mark.django_db
ANA = Person(7, "Ana")
PITCH = "Una noche sin luna."
HOUSE = story(
    fragment("sala", choice("fin", label="Abrir la puerta")),
    ending("fin", "La puerta"),
    title=words("La casa", en="The house"),
    pitch=words(PITCH, en="A night without a moon."),
)


@pytest.fixture(autouse=True)
def links() -> None:
    """What the composition root tells the bot."""
    bot.offer_links()


def another_story() -> None:
    """Now there are two."""
    library.release(story(*HOUSE.fragments, key="otra", title=words("Otra"), pitch=words("Otra promesa.")))


def test_without_a_story_the_welcome_offers_help() -> None:
    assert labels(start.start(ANA)) == ["Qué sé hacer"]


def test_a_newcomer_reads_the_promise_and_is_on_the_first_page_with_one_tap() -> None:
    library.release(HOUSE)

    shown = start.start(ANA)

    assert f"La casa\n{PITCH}" in shown.text.text
    assert labels(shown) == ["▶️ Empezar"]
    (name,) = data(shown, "Empezar").values
    assert turning.begin(ANA, story=name).page.text.text == "Estás en sala."


def test_the_promise_is_in_the_readers_language() -> None:
    library.release(HOUSE)

    shown = start.start(Person(8, "Emma", language_code="en"))

    assert "The house\nA night without a moon." in shown.text.text
    assert labels(shown) == ["▶️ Begin"]


def test_of_several_stories_a_newcomer_chooses_and_reads_the_promise_before_the_first_page() -> None:
    library.release(HOUSE)
    another_story()

    assert labels(start.start(ANA)) == ["▶️ Empezar"]
    listed = stories.stories_of(ANA)
    assert labels(listed) == ["📖 La casa", "📖 Otra"]
    promise = stories.pitch_of(ANA, story=data(listed, "La casa").values[0])
    assert promise.text.text == f"La casa\n\n{PITCH}"
    assert labels(promise) == ["▶️ Empezar", "📚 Las historias"]


def test_whoever_reads_goes_on_or_begins_again() -> None:
    library.release(HOUSE)
    choices.begin(7, story="casa")

    for shown in (start.start(ANA), stories.stories_of(ANA), start.start(ANA, payload="cuento-casa")):
        assert labels(shown) == ["▶️ Continuar: Sala", "Empezar de nuevo"]
        assert data(shown, "nuevo").action == "de-nuevo"
    another_story()
    assert labels(start.start(ANA)) == ["▶️ Continuar: Sala", "Empezar de nuevo", "📚 Las historias"]
    assert labels(stories.stories_of(ANA)) == ["▶️ Continuar: Sala", "📖 La casa", "📖 Otra"]


def test_beginning_again_in_mid_story_is_asked_once_more_and_happens_once() -> None:
    library.release(HOUSE)
    choices.begin(7, story="casa")

    asked = asking.ask_again(ANA, story=token("casa"))

    assert "Pierdes lo andado" in asked.text.text
    assert "se quedan" in asked.text.text
    assert labels(asked) == ["Sí, empezar de nuevo", "No, volver a la historia"]
    assert asked.buttons[0][0].style is Style.DANGER
    assert ReaderProgress.objects.get().step == 1
    turning.begin_again(ANA, **of_step(asked, "Sí"))
    turning.begin_again(ANA, **of_step(asked, "Sí"))
    assert ReaderProgress.objects.get().step == 2
    assert stories.page_of(ANA, story=data(asked, "No").values[0]).text.text == "Estás en sala."


def test_at_an_ending_nothing_is_lost_by_beginning_again() -> None:
    library.release(HOUSE)
    choices.begin(7, story="casa")
    choices.follow(7, story="casa", step=1, choice="a-fin")

    assert data(start.start(ANA), "nuevo").action == "otra-vez"
    assert data(stories.page_of(ANA), "nuevo").action == "otra-vez"


def test_a_closed_chapter_can_be_left_for_the_beginning_and_is_not_told_by_name() -> None:
    library.release(story(fragment("sala", vip=True)))
    choices.begin(7, story="casa")

    assert labels(stories.stories_of(ANA)) == ["▶️ Continuar", "Empezar de nuevo"]
    assert data(stories.page_of(ANA), "nuevo").action == "de-nuevo"


def test_whoever_reads_nothing_has_nothing_to_begin_again() -> None:
    library.release(HOUSE)
    assert asking.ask_again(ANA, story=token("casa")) == stories.stories_of(ANA)


def test_a_link_to_a_story_makes_its_promise_and_another_link_shows_what_there_is() -> None:
    library.release(HOUSE)
    another_story()

    shown = start.start(ANA, payload="cuento-otra")

    assert shown.text.text == "Otra\n\nOtra promesa."
    assert labels(shown) == ["▶️ Empezar", "📚 Las historias"]
    assert labels(start.start(ANA, payload="cuento-nada")) == ["📖 La casa", "📖 Otra"]
