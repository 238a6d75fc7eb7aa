"""What costs much is asked once more, against the simulated Telegram."""

import pytest

from gamification.services import wallets
from narrative.models import ReaderProgress
from narrative.services import choices, library
from tests.factories.gamification import WalletFactory
from tests.flows.test_old_buttons import ask_for_the_page, labels
from tests.narrative.stories import choice, ending, fragment, story

pytestmark = pytest.mark.django_db(transaction=True)
PIANO = "Escuchar el piano · 10 💋"
HOUSE = story(
    fragment(
        "sala",
        choice("piano", label="Escuchar el piano", price=10),
        choice("patio", label="Asomarse", price=9),
        choice("fin", label="Abrir la puerta"),
    ),
    fragment("piano", choice("sala", key="volver", label="Volver")),
    fragment("patio", choice("sala", key="entrar", label="Entrar")),
    ending("fin", "La puerta"),
)


@pytest.fixture
def ana(telegram, bot_settings, request):
    """A reader of the house with 25 besitos, and a bot that tells it."""
    request.getfixturevalue("transactional_db")
    library.release(HOUSE)
    request.getfixturevalue("bot")
    reader = telegram.client.add_user(first_name="Ana")["id"]
    WalletFactory(user_id=reader, balance=25)
    telegram.client.start(reader)
    telegram.client.wait_for_message(reader, "Ana")
    choices.begin(reader, story="casa")
    return reader


@pytest.fixture
def page(telegram, ana):
    """The page with the piano."""
    return ask_for_the_page(telegram.client, ana, "Estás en sala.")["message_id"]


def shown(world, reader, message, *buttons):
    """The message once it has these buttons."""
    return world.wait_for_message(reader, lambda one: one["message_id"] == message and labels(one) == list(buttons))


def test_the_first_tap_pays_nothing_and_the_second_pays_and_turns_the_page(telegram, ana, page):
    world = telegram.client

    asked = world.press(ana, ana, page, PIANO)

    assert asked["text"] == "Cuesta 10 besitos."
    question = shown(world, ana, page, "Pagar 10 besitos", "No")
    assert question["text"] == "Estás en sala."
    assert question["reply_markup"]["inline_keyboard"][0][0]["style"] == "primary"
    assert (wallets.balance_of(ana), ReaderProgress.objects.get().step) == (25, 1)

    world.press(ana, ana, page, "Pagar 10 besitos")
    world.wait_for_message(ana, "Estás en piano.")
    assert shown(world, ana, page)["text"] == "Estás en sala.\n\n› Escuchar el piano"
    assert (wallets.balance_of(ana), ReaderProgress.objects.get().step) == (15, 2)


def test_whoever_says_no_has_the_pages_buttons_back(telegram, ana, page):
    world = telegram.client
    world.press(ana, ana, page, PIANO)
    shown(world, ana, page, "Pagar 10 besitos", "No")

    world.press(ana, ana, page, "No")

    shown(world, ana, page, PIANO, "Asomarse · 9 💋", "Abrir la puerta")
    assert wallets.balance_of(ana) == 25


def test_an_old_question_pays_nothing(telegram, ana, page):
    world = telegram.client
    world.press(ana, ana, page, PIANO)
    shown(world, ana, page, "Pagar 10 besitos", "No")
    choices.follow(ana, story="casa", step=1, choice="a-fin")

    said = world.press(ana, ana, page, "Pagar 10 besitos")

    assert said["text"] == "Ese botón es de otro momento de la historia."
    world.wait_for_message(ana, "Final: La puerta")
    assert (wallets.balance_of(ana), ReaderProgress.objects.get().fragment) == (25, "fin")


def test_what_costs_little_is_paid_at_once(telegram, ana, page):
    telegram.client.press(ana, ana, page, "Asomarse · 9 💋")

    telegram.client.wait_for_message(ana, "Estás en patio.")
    assert wallets.balance_of(ana) == 16


def test_what_the_reader_cannot_pay_says_so_without_asking(telegram, ana):
    choices.follow(ana, story="casa", step=1, choice="a-piano")
    choices.follow(ana, story="casa", step=2, choice="volver")
    choices.follow(ana, story="casa", step=3, choice="a-patio")
    choices.follow(ana, story="casa", step=4, choice="entrar")
    page = ask_for_the_page(telegram.client, ana, "Estás en sala.")["message_id"]

    said = telegram.client.press(ana, ana, page, f"🔒 {PIANO}")

    assert (said["text"].rstrip("."), said["show_alert"]) == ("Te faltan 4 besitos", True)


def test_a_telegram_without_styles_is_asked_without_them(telegram, ana, page):
    world = telegram.client
    world.fault("editMessageReplyMarkup", status=400, description="Bad Request: can't parse inline keyboard button")

    world.press(ana, ana, page, PIANO)

    question = shown(world, ana, page, "Pagar 10 besitos", "No")
    assert "style" not in question["reply_markup"]["inline_keyboard"][0][0]


def test_a_page_that_takes_no_question_is_asked_below(telegram, ana, page):
    world = telegram.client
    world.fault("editMessageReplyMarkup", count=2, status=400)

    world.press(ana, ana, page, PIANO)

    asked = world.wait_for_message(ana, "Cuesta 10 besitos.")
    assert labels(asked) == ["Pagar 10 besitos", "No"]
    world.press(ana, ana, asked["message_id"], "Pagar 10 besitos")
    world.wait_for_message(ana, "Estás en piano.")
