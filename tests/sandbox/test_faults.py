"""Trouble on order."""

import http.client

import pytest

from tests.sandbox.callers import Refused
from yabot.sandbox.client import SandboxProblem


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 502, 503])
def test_any_refusal_can_be_ordered(bot, sandbox, ana, status):
    sandbox.fault("sendMessage", status=status)

    with pytest.raises(Refused) as refused:
        bot("sendMessage", chat_id=ana, text="x")

    assert refused.value.code == status
    assert bot("sendMessage", chat_id=ana, text="x")["text"] == "x"


def test_a_fault_may_be_for_one_chat_and_a_few_calls(bot, sandbox, ana, group):
    sandbox.fault("sendMessage", chat_id=ana, count=2, status=500)

    assert bot("sendMessage", chat_id=group, text="x")["text"] == "x"
    for _ in range(2):
        with pytest.raises(Refused, match="500"):
            bot("sendMessage", chat_id=ana, text="x")
    assert bot("sendMessage", chat_id=ana, text="x")["text"] == "x"


def test_a_lasting_fault_lasts_until_it_is_cleared(bot, sandbox, ana):
    sandbox.fault(count=None, status=503, description="Bad Gateway of the day")
    for _ in range(3):
        with pytest.raises(Refused, match="Bad Gateway of the day"):
            bot("sendMessage", chat_id=ana, text="x")

    sandbox.clear_faults()

    assert bot("sendMessage", chat_id=ana, text="x")["text"] == "x"


@pytest.mark.parametrize(("kind", "performed"), [("drop_before", 0), ("drop_after", 1)])
def test_a_connection_may_break_before_or_after(bot, sandbox, ana, kind, performed):
    sandbox.fault("sendMessage", kind=kind)

    with pytest.raises((http.client.HTTPException, OSError)):
        bot("sendMessage", chat_id=ana, text="perdido")

    assert [message["text"] for message in sandbox.messages(ana)].count("perdido") == performed


def test_an_answer_may_be_empty_or_garbage(bot, sandbox, ana):
    for kind in ("empty", "garbage"):
        sandbox.fault("sendMessage", kind=kind)
        with pytest.raises(ValueError, match="Expecting value"):
            bot("sendMessage", chat_id=ana, text="hecho")

    assert [message["text"] for message in sandbox.messages(ana)].count("hecho") == 2


def test_a_delayed_call_is_performed(bot, sandbox, ana):
    sandbox.fault("sendMessage", kind="delay", delay=0.02)
    sandbox.fault("sendMessage", kind="slow_answer", delay=0.02)

    assert bot("sendMessage", chat_id=ana, text="uno")["text"] == "uno"
    assert bot("sendMessage", chat_id=ana, text="dos")["text"] == "dos"


def test_faults_are_marked_in_the_record(bot, sandbox, ana):
    sandbox.fault("sendMessage", status=403)
    with pytest.raises(Refused):
        bot("sendMessage", chat_id=ana, text="x")

    (call,) = sandbox.calls("sendMessage")

    assert (call["status"], call["refused"], call["fault"]) == (403, True, "error")


def test_an_unknown_fault_is_explained(sandbox):
    with pytest.raises(SandboxProblem, match="unknown fault 'gremlins': choose from error"):
        sandbox.fault(kind="gremlins")
