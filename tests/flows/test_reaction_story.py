"""A reader hearts a post, earns besitos, a hint opens, Lucien writes: over HTTP, in all three ways."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gamification.services import proof, wallets
from narrative.models import HintUnlock
from tests.flows.story import put_hearts_under_posts, write_goal, write_story
from yabot.core import health
from yabot.core.models import EventRecord, InboundUpdate, OutgoingMessage, TelegramUser

pytestmark = pytest.mark.django_db(transaction=True)
CHECKER = Path(__file__).resolve().parents[3] / "shared" / "botapi" / "check_calls.py"


@pytest.fixture(autouse=True)
def _calls_fit_the_schema(sandbox, tmp_path):
    """Every call the bot made in a story is one the Bot API knows."""
    yield
    if CHECKER.exists():
        sandbox.export_calls(tmp_path / "calls.jsonl")
        command = [sys.executable, str(CHECKER), "--json", str(tmp_path / "calls.jsonl")]
        checked = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
        assert checked["problems"] == []
        assert checked["calls"] > 0


@pytest.fixture
def ana(sandbox, bot):
    """A reader who wrote to the bot."""
    user = sandbox.add_user(first_name="Ana <b>& Co</b>", language_code="es")
    sandbox.start(user["id"])
    sandbox.wait_for_message(user["id"], "bienvenida")
    return user["id"]


def a_channel(sandbox, readers):
    """A channel of Diana's with these readers."""
    diana = sandbox.add_user(first_name="Diana")["id"]
    return sandbox.add_channel("Susurros", subscribers=readers, owner=diana)["id"]


def test_a_heart_in_a_group_pays_opens_a_hint_and_lucien_writes(sandbox, bot, ana):
    write_story()
    group = sandbox.add_group("Café", members=[ana])["id"]
    said = sandbox.say(ana, group, "¡Qué noche!")

    sandbox.react(ana, group, said["message_id"], "❤")
    letter = sandbox.wait_for_message(ana, "Pista 1")

    assert letter["text"] == "Buenas noches, Ana <b>& Co</b>: ya tienes 5 besitos y se abre «Pista 1»."
    assert [entity["type"] for entity in letter["entities"]] == ["bold"]
    assert wallets.balance_of(ana) == 5
    assert HintUnlock.objects.filter(user_id=ana).count() == 1


def test_the_whole_chain_carries_one_correlation_id(sandbox, bot, ana, until):
    write_story()
    group = sandbox.add_group("Café", members=[ana])["id"]
    said = sandbox.say(ana, group, "¡Qué noche!")
    sandbox.react(ana, group, said["message_id"], "❤")
    sandbox.wait_for_message(ana, "Pista 1")

    message = OutgoingMessage.objects.get(key=f"hint:pista-1:{ana}")
    events = EventRecord.objects.filter(correlation_id=message.correlation_id).order_by("id")
    assert [event.type for event in events] == ["reaction_detected", "besitos_added", "hint_unlocked"]
    assert [event.causation_id for event in events][1:] == [event.pk for event in events][:2]
    assert message.causation_id == events[2].pk
    assert InboundUpdate.objects.get(correlation_id=message.correlation_id).kind == "message_reaction"


def test_the_heart_button_under_a_post_pays_once_and_counts(sandbox, bot, ana):
    write_story()
    channel = a_channel(sandbox, [ana])
    put_hearts_under_posts(channel)
    post = sandbox.post(channel, "Esta noche, el jardín.")
    button = sandbox.wait_for_call("editMessageReplyMarkup")["params"]["reply_markup"]["inline_keyboard"][0][0]
    heart = button["callback_data"]  # its label counts

    first = sandbox.press(ana, channel, post["message_id"], heart)
    sandbox.wait_for_message(ana, "Pista 1")
    second = sandbox.press(ana, channel, post["message_id"], heart)

    assert "Gracias" in first["text"]
    assert "Ya lo sé" in second["text"]
    assert wallets.balance_of(ana) == 5


def test_anonymous_hearts_on_a_channel_open_a_hint_for_everyone(sandbox, bot, ana):
    readers = [user["id"] for user in sandbox.add_users(4)]
    for reader in readers:
        sandbox.start(reader)
        sandbox.wait_for_message(reader, "bienvenida")
    channel = a_channel(sandbox, [ana, *readers])
    write_goal(channel, target=3)
    post = sandbox.post(channel, "Tres corazones y abrimos.")

    for reader in readers[:3]:
        sandbox.react(reader, channel, post["message_id"], "❤")
    for reader in [ana, *readers]:
        sandbox.wait_for_message(reader, "La puerta azul")

    assert set(HintUnlock.objects.values_list("user_id", flat=True)) >= {ana, *readers}
    assert wallets.balance_of(ana) == 0


def test_the_reader_sees_balance_history_and_hints(sandbox, bot, ana):
    write_story(hints=2)
    group = sandbox.add_group("Café", members=[ana])["id"]
    said = sandbox.say(ana, group, "¡Qué noche!")
    sandbox.react(ana, group, said["message_id"], "❤")
    sandbox.wait_for_message(ana, "Pista 1")

    sandbox.say(ana, ana, "/saldo")
    assert "5 besitos" in sandbox.wait_for_message(ana, "Tienes")["text"]
    sandbox.say(ana, ana, "/historial")
    assert "+5" in sandbox.wait_for_message(ana, "uno a uno")["text"]
    sandbox.say(ana, ana, "/pistas")
    hints = sandbox.wait_for_message(ana, "bajo el reloj")["text"]
    assert "Pista 2" in hints
    assert "5 besitos" in hints


def test_a_deep_link_leads_straight_to_its_screen(sandbox, bot):
    user = sandbox.add_user(first_name="Luis")["id"]
    sandbox.start(user, "saldo")

    assert "0 besitos" in sandbox.wait_for_message(user, "Tienes")["text"]


def test_a_reader_changes_the_language_with_a_button(sandbox, bot, ana):
    sandbox.say(ana, ana, "/idioma")
    menu = sandbox.wait_for_message(ana, "idioma")
    sandbox.press(ana, ana, menu["message_id"], "English")
    sandbox.say(ana, ana, "/help")

    assert sandbox.wait_for_message(ana, "What I can do")


def test_a_forged_button_is_refused_with_an_alert_and_changes_nothing(sandbox, bot, ana, caplog):
    sandbox.say(ana, ana, "/idioma")
    menu = sandbox.wait_for_message(ana, "idioma")
    reader = {"id": ana, "is_bot": False, "first_name": "Ana"}
    chat = {"id": ana, "type": "private"}
    message = {"message_id": menu["message_id"], "date": menu["date"], "chat": chat, "text": "x"}
    forged = {"id": "1", "from": reader, "message": message, "chat_instance": "1", "data": "idioma:en:forged"}
    sandbox.inject_update({"callback_query": forged})

    alert = sandbox.wait_for_call("answerCallbackQuery")["params"]
    assert alert["show_alert"]
    assert alert["text"].startswith("Sesión expirada, por favor reinicia")
    assert TelegramUser.objects.get(pk=ana).language == ""
    assert "forged callback" in caplog.text


def test_every_update_repeated_twice_changes_nothing(sandbox, bot, ana, until):
    write_story()
    group = sandbox.add_group("Café", members=[ana])["id"]
    said = sandbox.say(ana, group, "¡Qué noche!")
    sandbox.react(ana, group, said["message_id"], "❤")
    sandbox.wait_for_message(ana, "Pista 1")

    for update in sandbox.updates():
        sandbox.redeliver(update["update_id"])
        sandbox.redeliver(update["update_id"], fresh_id=False)
    assert sandbox.wait_until_read()
    until(lambda: health.queues() == health.Queues(0, 0, 0, 0))

    assert wallets.balance_of(ana) == 5
    assert len([message for message in sandbox.messages(ana) if "Pista 1" in message.get("text", "")]) == 1
    assert proof.prove().ok


def test_a_malformed_update_is_kept_with_its_reason_and_skipped(sandbox, bot, ana, until):
    bad = sandbox.inject_update({"message_reaction": {"chat": "nowhere", "user": {"id": 5}}})
    unknown = sandbox.inject_update({"something_new": {"x": 1}})
    until(lambda: InboundUpdate.objects.filter(pk__in=[bad, unknown]).exclude(state=0).count() == 2)

    assert InboundUpdate.objects.get(pk=bad).get_state_display() == "fallida"
    assert InboundUpdate.objects.get(pk=bad).error
    assert InboundUpdate.objects.get(pk=unknown).get_state_display() == "ignorada"
    sandbox.say(ana, ana, "/saldo")
    assert sandbox.wait_for_message(ana, "Tienes")
