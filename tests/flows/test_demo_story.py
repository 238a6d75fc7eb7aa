"""The demo's story, played to its end in the sandbox's own world."""

import pytest

from gamification.services import wallets
from narrative.models import HintUnlock
from yabot.demo import loading, story

pytestmark = pytest.mark.django_db(transaction=True)
DIANA, ANA, LUIS, EMMA = 1000, 1001, 1002, 1003
CAFE = -1001000000001


@pytest.fixture
def world(settings, tmp_path, telegram, bot_settings, request):
    """The demo's world and story, and a bot that lives in it."""
    telegram.client.reset("demo")
    settings.SANDBOX_ENABLED, settings.MEDIA_ROOT = True, tmp_path / "media"
    request.getfixturevalue("transactional_db")
    loading.load()
    request.getfixturevalue("bot")
    return telegram.client


def begin(world, reader: int) -> None:
    """A reader presses Start and is welcomed; from then on the bot is asked for reactions, too."""
    world.start(reader)
    world.wait_for_message(reader, "Lucien")


def the_post(world) -> int:
    """The first post's number."""
    return world.wait_for_message(story.CHANNEL, "Esta noche hay luz")["message_id"]


def test_the_first_heart_brings_the_candle_with_its_picture(world):
    begin(world, ANA)
    post = the_post(world)

    world.press(ANA, story.CHANNEL, post, "❤️")

    letter = world.wait_for_message(ANA, "La vela del pasillo")
    assert letter["photo"]
    assert letter["caption"].startswith("Buenas noches, Ana. Ya lleva 5 besitos")


def test_whoever_speaks_english_reads_english(world):
    begin(world, EMMA)

    world.press(EMMA, story.CHANNEL, the_post(world), "❤️")

    assert world.wait_for_message(EMMA, "The candle in the corridor")["caption"].startswith("Good evening, Emma.")


def test_hearts_in_the_cafe_open_the_key_and_later_the_letter(world):
    begin(world, ANA)
    said = [world.say(LUIS, CAFE, f"¿Quién anda ahí? {number}")["message_id"] for number in range(3)]

    for message in said:
        world.react(ANA, CAFE, message, "❤️")

    world.wait_for_message(ANA, "La llave bajo el reloj")
    letter = world.wait_for_message(ANA, "La carta sin remite", timeout=60)
    assert "Ha respondido 3 veces" in letter["caption"]
    assert wallets.balance_of(ANA) == 15


def test_ten_hearts_are_paid_in_one_day(world, until):
    begin(world, ANA)

    for number in range(10):
        world.react(ANA, CAFE, world.say(LUIS, CAFE, f"Hola {number}")["message_id"], "❤")

    world.wait_for_message(ANA, "La ventana encendida")
    until(lambda: wallets.balance_of(ANA) == 50)


def test_three_hearts_on_the_post_open_the_garden_for_everybody(world):
    for reader in (ANA, EMMA):
        begin(world, reader)
    post = the_post(world)

    for reader in (DIANA, ANA, LUIS):
        world.react(reader, story.CHANNEL, post, "❤")

    assert "Lo que oyó el jardín" in world.wait_for_message(ANA, "jardín")["text"]
    assert "What the garden heard" in world.wait_for_message(EMMA, "garden")["text"]
    assert HintUnlock.objects.filter(user_id=EMMA, hint__key=story.GOAL_HINT).exists()
