"""Old buttons, against the simulated Telegram: they change nothing and show where the reader is."""

import pytest

from gamification.models import Reason
from gamification.services import wallets
from narrative.models import ProgressStep, ReaderProgress
from narrative.services import choices, library
from tests.factories.gamification import WalletFactory
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core.conditions import Condition

pytestmark = pytest.mark.django_db(transaction=True)
HOUSE = story(
    fragment(
        "sala",
        choice("patio", label="Salir", price=5),
        choice("fin", label="Abrir la puerta"),
        choice("fin", key="oro", label="Sobornar", condition=Condition.from_text("besitos >= 10"), locked="hide"),
    ),
    fragment("patio", choice("sala", key="entrar", label="Entrar")),
    ending("fin", "La puerta"),
)
OLD = "Ese botón es de otro momento de la historia."


@pytest.fixture
def ana(telegram, bot_settings, request):
    """A reader of the house with 20 besitos, and a bot that tells it."""
    request.getfixturevalue("transactional_db")
    library.release(HOUSE)
    reader = telegram.client.add_user(first_name="Ana")["id"]
    WalletFactory(user_id=reader, balance=20)
    request.getfixturevalue("bot")
    telegram.client.start(reader)
    telegram.client.wait_for_message(reader, "Ana")
    return reader


def ask_for_the_page(world, reader, text):
    """/continuar, and the new message that answers."""
    since = world.revision(reader)
    world.say(reader, reader, "/continuar")
    return world.wait_for_message(reader, text, since=since)


def begin(world, reader):
    """The first page."""
    choices.begin(reader, story="casa")
    return ask_for_the_page(world, reader, "Estás en sala.")


def labels(message):
    """What stands on a message's buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def loses_its_buttons(world, reader, message):
    """The message once it has none."""
    return world.wait_for_message(reader, lambda one: one["message_id"] == message["message_id"] and not labels(one))


def pages(world, reader, text):
    """The messages with this text."""
    assert world.wait_until_read()
    return [one for one in world.messages(reader) if one.get("text") == text]


def test_an_old_page_says_so_loses_its_buttons_and_shows_where_the_reader_is(telegram, ana):
    world = telegram.client
    old = begin(world, ana)
    again = ask_for_the_page(world, ana, "Estás en sala.")
    world.press(ana, ana, again["message_id"], "Salir · 5 💋")
    world.wait_for_message(ana, "Estás en patio.")
    world.say(ana, ana, "/saldo")
    wallet = world.wait_for_message(ana, "Tienes 15 besitos")

    said = world.press(ana, ana, old["message_id"], "Salir · 5 💋")

    assert (said["text"], said["show_alert"]) == (OLD, True)
    here = world.wait_for_message(
        ana, lambda one: one["message_id"] > wallet["message_id"] and one.get("text") == "Estás en patio."
    )
    assert labels(here)[0] == "Entrar"
    loses_its_buttons(world, ana, old)
    assert (ReaderProgress.objects.get().step, wallets.balance_of(ana)) == (2, 15)


def test_a_doubled_press_brings_the_page_once(telegram, ana):
    world = telegram.client
    first = begin(world, ana)
    world.press(ana, ana, first["message_id"], "Salir · 5 💋")
    world.wait_for_message(ana, "Estás en patio.")

    mark = world.calls()[-1]["number"]
    world.redeliver(world.updates()[-1]["update_id"])
    answer = world.wait_for_call("answerCallbackQuery", after=mark)
    world.say(ana, ana, "/saldo")
    world.wait_for_message(ana, "Tienes 15 besitos")

    assert answer["params"]["text"] == OLD
    assert len(pages(world, ana, "Estás en patio.")) == 1
    assert ProgressStep.objects.count() == 2


def test_a_choice_that_hides_by_now_brings_the_page_anew_without_it(telegram, ana):
    world = telegram.client
    first = begin(world, ana)
    wallets.spend(user_id=ana, amount=19, reason=Reason.FRAGMENT, reference="elsewhere")

    said = world.press(ana, ana, first["message_id"], "Sobornar")

    assert said["text"] == OLD
    fresh = world.wait_for_message(
        ana, lambda one: one["message_id"] > first["message_id"] and one.get("text") == "Estás en sala."
    )
    assert labels(fresh) == ["🔒 Salir · 5 💋", "Abrir la puerta"]


def test_a_button_of_another_secret_brings_the_welcome_and_the_way_on(telegram, ana, bot_settings):
    world = telegram.client
    first = begin(world, ana)
    bot_settings.SECRET_KEY = "another-secret-that-is-long-enough-to-be-quiet-0123456789"
    since = world.revision(ana)

    said = world.press(ana, ana, first["message_id"], "Abrir la puerta")

    assert said["text"].startswith("Sesión expirada")
    welcome = world.wait_for_message(ana, "Lucien", since=since)
    assert "▶️ Continuar: Sala" in labels(welcome)
    loses_its_buttons(world, ana, first)
    assert ReaderProgress.objects.get().step == 1


def test_a_page_that_cannot_be_edited_loses_its_buttons_anyway(telegram, ana):
    world = telegram.client
    first = begin(world, ana)
    world.fault("editMessageText", status=400)

    world.press(ana, ana, first["message_id"], "Abrir la puerta")

    world.wait_for_message(ana, "Final: La puerta")
    assert loses_its_buttons(world, ana, first)["text"] == "Estás en sala."
