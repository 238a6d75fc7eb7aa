"""The client waits on the server instead of sleeping, and explains what it did not find."""

import threading

import pytest

from tests.sandbox.callers import BotCaller
from yabot.sandbox.client import SandboxClient, SandboxProblem


@pytest.fixture
def later(server):
    """Runs a Bot API call a moment from now, in another thread."""
    threads = []

    def call(method, **params):
        def run():
            with BotCaller(server) as bot:
                bot(method, **params)

        threads.append(threading.Timer(0.03, run))
        threads[-1].start()

    yield call
    for thread in threads:
        thread.join()


def test_a_message_is_waited_for(sandbox, ana, later):
    later("sendMessage", chat_id=ana, text="por fin")

    assert sandbox.wait_for_message(ana, "por fin")["text"] == "por fin"


def test_an_edit_is_waited_for(bot, sandbox, ana, later):
    message = bot("sendMessage", chat_id=ana, text="uno")["message_id"]
    mark = sandbox.revision(ana)
    later("editMessageText", chat_id=ana, message_id=message, text="dos")

    assert sandbox.wait_for_message(ana, since=mark)["text"] == "dos"


def test_a_predicate_chooses_the_message(bot, sandbox, ana):
    for text in ("uno", "dos", "tres"):
        bot("sendMessage", chat_id=ana, text=text)

    assert sandbox.wait_for_message(ana, lambda message: len(message["text"]) == 3)["text"] == "dos"


def test_waiting_in_vain_tells_what_was_there(bot, sandbox, ana):
    bot("sendMessage", chat_id=ana, text="otra cosa")

    with pytest.raises(TimeoutError, match="otra cosa"):
        sandbox.wait_for_message(ana, "por fin", timeout=0.05)


def test_a_call_is_waited_for(sandbox, ana, later):
    later("sendChatAction", chat_id=ana, action="typing")

    assert sandbox.wait_for_call("sendChatAction")["params"]["action"] == "typing"


def test_reading_everything_is_waited_for(bot, sandbox, ana, later):
    assert sandbox.wait_until_read(timeout=0.01) is False
    later("getUpdates", offset=sandbox.pending()[-1]["update_id"] + 1)

    assert sandbox.wait_until_read() is True


def test_the_control_api_needs_its_token(server):
    with pytest.raises(SandboxProblem, match="X-Sandbox-Token is missing or wrong"):
        SandboxClient(server.url, "guess").reset()


def test_a_foreign_name_does_not_reach_the_page(server, bot):
    bot.connection.putrequest("GET", "/sandbox/", skip_host=True)
    bot.connection.putheader("Host", f"evil.example:{server.port}")
    bot.connection.endheaders()

    assert bot.connection.getresponse().status == 403


def test_wrong_arguments_are_explained(sandbox):
    with pytest.raises(SandboxProblem, match="say: missing a required argument"):
        sandbox.call("say")
    with pytest.raises(SandboxProblem, match="there is no operation 'fly'"):
        sandbox.call("fly")


def test_the_page_is_served_with_its_token_and_a_strict_policy(server, bot):
    bot.connection.request("GET", "/sandbox/")
    response = bot.connection.getresponse()

    assert server.control_token in response.read().decode()
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
