"""A story read in the chat, from its first page to its ending, against the simulated Telegram."""

from pathlib import Path

import pytest

from narrative.models import ReaderProgress
from narrative.services import drafts, library, pictures
from narrative.story.content import Media
from tests.narrative.stories import choice, ending, fragment, story
from yabot.core.models import TelegramFile

pytestmark = pytest.mark.django_db(transaction=True)
JPEG = (Path(__file__).parents[2] / "static" / "yabot" / "house.jpg").read_bytes()
HOUSE = story(
    fragment("sala", choice("patio", label="Seguir el susurro", price=500), choice("fin", label="Abrir la puerta")),
    fragment("patio"),
    ending("fin", "La puerta", text="La puerta se abre."),
)


@pytest.fixture
def ana(telegram, bot_settings, request):
    """A reader of the house, and a bot that tells it."""
    request.getfixturevalue("transactional_db")
    library.release(HOUSE)
    request.getfixturevalue("bot")
    reader = telegram.client.add_user(first_name="Ana")["id"]
    telegram.client.start(reader)
    telegram.client.wait_for_message(reader, "bienvenida")
    return reader


def test_a_reader_reads_a_story_to_its_end(telegram, ana):
    world = telegram.client
    world.say(ana, ana, "/historia")
    offered = world.wait_for_message(ana, lambda message: message.get("text") == "La casa")
    world.press(ana, ana, offered["message_id"], "▶️ Empezar")
    first = world.wait_for_message(ana, "Estás en sala.")

    locked = world.press(ana, ana, first["message_id"], "🔒 Seguir el susurro · 500 💋")
    assert (locked["text"], locked["show_alert"]) == ("Te faltan 500 besitos.", True)

    world.press(ana, ana, first["message_id"], "Abrir la puerta")
    last = world.wait_for_message(ana, "La puerta se abre.")
    assert last["text"].endswith("🏁 Final: La puerta\nHas encontrado 1 de 1 finales.")
    left = world.wait_for_message(ana, "› Abrir la puerta")
    assert left["message_id"] == first["message_id"]
    assert "reply_markup" not in left
    assert ReaderProgress.objects.get().fragment == "fin"

    world.press(ana, ana, last["message_id"], "Empezar de nuevo")
    again = world.wait_for_message(ana, lambda message: message.get("text") == "Estás en sala.")
    world.say(ana, ana, "/continuar")
    here = world.wait_for_message(
        ana, lambda message: message["message_id"] > again["message_id"] and message.get("text") == "Estás en sala."
    )
    assert here["reply_markup"]["inline_keyboard"][1][0]["text"] == "Abrir la puerta"


def test_a_page_with_a_picture_is_uploaded_once_and_turned_into_its_caption(telegram, bot_settings, request, tmp_path):
    bot_settings.MEDIA_ROOT = tmp_path
    request.getfixturevalue("transactional_db")
    made = story(
        fragment("sala", choice("patio", label="Salir"), media=Media("casa.jpg")),
        fragment("patio", choice("sala", key="entrar", label="Entrar")),
        ending("fin"),
    )
    pictures.put(drafts.store(made), "casa.jpg", JPEG)
    library.release(made)
    request.getfixturevalue("bot")
    world = telegram.client
    reader = world.add_user(first_name="Ana")["id"]
    world.start(reader)
    welcome = world.wait_for_message(reader, "bienvenida")
    world.press(reader, reader, welcome["message_id"], "▶️ Empezar")
    first = world.wait_for_message(reader, "Estás en sala.")
    assert first["photo"]

    world.press(reader, reader, first["message_id"], "Salir")
    patio = world.wait_for_message(reader, "Estás en patio.")
    left = world.wait_for_message(reader, "› Salir")
    assert (left["message_id"], left["caption"]) == (first["message_id"], "Estás en sala.\n\n› Salir")
    world.press(reader, reader, patio["message_id"], "Entrar")
    second = world.wait_for_message(
        reader, lambda one: bool(one.get("photo")) and one["message_id"] > patio["message_id"]
    )
    assert second["photo"][-1]["file_id"] == first["photo"][-1]["file_id"]
    assert TelegramFile.objects.count() == 1
