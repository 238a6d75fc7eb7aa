"""Pressed buttons: the query reaches the bot, the answer reaches the person, once and in time."""

import pytest

from tests.sandbox.callers import Refused
from yabot.sandbox.client import SandboxProblem


def test_a_press_shows_the_answer_of_the_bot(bot, sandbox, ana):
    markup = {"inline_keyboard": [[{"text": "Abrir", "callback_data": "open:1"}]]}
    message = bot("sendMessage", chat_id=ana, text="carta", reply_markup=markup)["message_id"]
    pressed = sandbox.press(ana, ana, message, "Abrir", timeout=0)
    query = sandbox.updates()[-1]["callback_query"]

    assert pressed["answered"] is False
    assert (query["data"], query["message"]["message_id"], query["from"]["id"]) == ("open:1", message, ana)
    assert bot("answerCallbackQuery", callback_query_id=query["id"], text="hecho") is True


def test_a_press_is_answered_once_and_in_time(bot, sandbox, ana):
    markup = {"inline_keyboard": [[{"text": "Abrir", "callback_data": "x"}]]}
    message = bot("sendMessage", chat_id=ana, text="carta", reply_markup=markup)["message_id"]
    first = sandbox.press(ana, ana, message, "x", timeout=0)["query_id"]
    second = sandbox.press(ana, ana, message, "x", timeout=0)["query_id"]
    bot("answerCallbackQuery", callback_query_id=first)
    sandbox.advance(3600)

    for query in (first, second):
        with pytest.raises(Refused, match="query is too old and response timeout expired or query ID is invalid"):
            bot("answerCallbackQuery", callback_query_id=query)


def test_pressing_what_is_not_there_names_what_is(bot, sandbox, ana):
    message = bot("sendMessage", chat_id=ana, text="x")["message_id"]

    with pytest.raises(SandboxProblem, match="has no button 'Abrir': no buttons"):
        sandbox.press(ana, ana, message, "Abrir")
