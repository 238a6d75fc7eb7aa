"""The world survives a restart, and ids never come back."""

import pytest

from tests.ports import held_port
from tests.sandbox.callers import BotCaller
from yabot.sandbox.client import SandboxClient
from yabot.sandbox.server import SandboxServer


@pytest.fixture
def run(tmp_path):
    """A sandbox on the same state file, however often it is started."""
    return lambda: SandboxServer(state=tmp_path / "state" / "world.json", world="demo")


def test_people_messages_files_and_updates_survive(run):
    with run() as first:
        first.client.start(1001, "jardin")
        photo = first.client.send_photo(1001, 1001, caption="mira")["photo"][-1]["file_id"]
        first.client.react(1001, 1001, first.client.messages(1001)[-1]["message_id"], "❤")
        before = (first.client.messages(1001), first.client.pending(), first.client.call("chats"))

    with run() as second, BotCaller(second) as bot:
        assert (second.client.messages(1001), second.client.pending(), second.client.call("chats")) == before
        assert bot("sendPhoto", chat_id=1001, photo=photo)["photo"][-1]["file_id"] == photo


def test_ids_go_on_after_a_restart(run):
    with run() as first:
        first.client.start(1001)
        update, message = first.client.updates()[-1]["update_id"], first.client.messages(1001)[-1]["message_id"]

    with run() as second:
        second.client.say(1001, 1001, "sigo aquí")
        assert second.client.updates()[-1]["update_id"] > update
        assert second.client.messages(1001)[-1]["message_id"] > message


def test_what_the_bot_set_survives(run):
    with run() as first, BotCaller(first) as bot:
        bot("setMyCommands", commands=[{"command": "historia", "description": "La historia"}])
        bot("getUpdates", offset=first.client.pending()[-1]["update_id"] + 1, allowed_updates=["chat_member"])
        first.client.advance(3600)

    with run() as second, BotCaller(second) as bot:
        second.client.leave(1003, -1001000000001)
        assert bot("getMyCommands")[0]["command"] == "historia"
        assert [list(update) for update in second.client.pending()] == [["update_id", "chat_member"]]
        assert second.client.call("overview")["offset"] == 3600


def test_a_client_outlives_a_restart(tmp_path):
    port = held_port()
    with SandboxServer(state=tmp_path / "world.json", world="demo", control_token="key", port=port) as first:
        client = SandboxClient(first.url, "key")
        client.start(1001)

    with SandboxServer(state=tmp_path / "world.json", control_token="key", port=port):
        assert client.messages(1001)[-1]["text"] == "/start"
