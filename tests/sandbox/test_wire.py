"""The wire rules: how calls travel and in which envelope answers come back."""

import json
import socket
from urllib.parse import quote, urlencode

import pytest

from tests.sandbox.callers import Refused


@pytest.mark.parametrize("name", ["getMe", "getme", "GETME"])
def test_method_names_are_taken_in_any_case(bot, name):
    assert bot(name)["is_bot"] is True


def test_a_call_may_be_a_get_with_a_query(bot, server, ana):
    query = urlencode({"chat_id": ana, "text": "hola"})

    _, answer = bot.get(f"/bot{server.token}/sendMessage?{query}")

    assert answer["result"]["text"] == "hola"


def test_a_call_may_be_a_form(bot, ana):
    assert bot.form("sendMessage", chat_id=ana, text="hola")["text"] == "hola"


def test_a_call_may_be_multipart_without_files(bot, ana):
    assert bot.multipart("sendMessage", {}, chat_id=ana, text="hola")["text"] == "hola"


def test_a_number_in_a_text_stays_a_text(bot, ana):
    assert bot.form("sendMessage", chat_id=ana, text="2026")["text"] == "2026"
    assert bot("sendMessage", chat_id=ana, text="2026")["text"] == "2026"


def test_objects_may_come_as_json_strings(bot, ana):
    markup = {"inline_keyboard": [[{"text": "Sí", "callback_data": "yes"}]]}

    sent = bot.form("sendMessage", chat_id=ana, text="¿?", reply_markup=json.dumps(markup))

    assert sent["reply_markup"] == markup


def test_a_wrong_token_is_unauthorized(bot):
    status, answer = bot.post("getMe", b"", "application/json", token="1:wrong")

    assert status == 401
    assert answer == {"ok": False, "error_code": 401, "description": "Unauthorized"}


def test_a_percent_encoded_token_is_the_same_token(bot, server):
    status, answer = bot.get(f"/bot{quote(server.token, safe='')}/getMe")

    assert (status, answer["ok"]) == (200, True)


def test_a_method_the_bot_api_does_not_have_is_not_found(bot):
    with pytest.raises(Refused, match="404 Not Found"):
        bot("sendKiss")


def test_a_method_the_sandbox_does_not_model_says_so(bot, sandbox):
    with pytest.raises(Refused, match="501 the sandbox does not model sendPoll"):
        bot("sendPoll", chat_id=1)

    assert [call["method"] for call in sandbox.unmodelled()] == ["sendPoll"]


def test_a_body_that_is_no_json_is_refused(bot):
    status, answer = bot.post("getMe", b"{oops", "application/json")

    assert (status, answer["error_code"]) == (400, 400)


def test_a_flood_refusal_tells_when_to_come_back(bot, sandbox, ana):
    sandbox.fault("sendMessage", retry_after=7)

    with pytest.raises(Refused) as refused:
        bot("sendMessage", chat_id=ana, text="hola")

    assert refused.value.answer == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }


def test_head_and_body_travel_in_one_piece(server):
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(f"GET /bot{server.token}/getMe HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        first = raw.recv(65536)

    assert first.startswith(b"HTTP/1.1 200")
    assert first.endswith(b"}")


def test_a_message_names_its_author_its_chat_and_its_second(bot, sandbox, ana):
    sent = bot("sendMessage", chat_id=ana, text="hola", protect_content=True)

    assert sent["from"]["id"] == bot("getMe")["id"]
    assert sent["chat"] == {"id": ana, "type": "private", "first_name": "Ana", "username": "ana_lectora"}
    assert abs(sent["date"] - sandbox.call("now")) <= 2
    assert sent["has_protected_content"] is True


def test_reply_keyboards_are_not_echoed(bot, sandbox, ana):
    sent = bot("sendMessage", chat_id=ana, text="¿?", reply_markup={"keyboard": [[{"text": "Sí"}]]})

    assert "reply_markup" not in sent
    assert sandbox.messages(ana)[-1]["sandbox"]["keyboard"]["keyboard"] == [[{"text": "Sí"}]]


def test_recorded_calls_export_as_lines_a_schema_checker_reads(bot, sandbox, ana, tmp_path):
    bot.form("sendMessage", chat_id=ana, text="2026")
    bot.multipart("sendDocument", {"document": ("carta.txt", b"hola")}, chat_id=ana)

    sandbox.export_calls(tmp_path / "calls.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert lines[0] == {"method": "sendMessage", "params": {"chat_id": str(ana), "text": "2026"}}
    assert lines[1]["params"]["document"] == {"$file": "carta.txt", "size": 4}
