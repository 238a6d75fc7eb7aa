"""Another program hears what happens in the group: a real bot, a real receiver, and trouble in between."""

import json
import subprocess
import sys
import threading

import pytest

from tests.core.receiving import documented_check, receiving
from tests.flows.conftest import ROOT, BotProcess, ask_for_reactions
from tests.flows.ledger_audit import Audit
from tests.flows.test_faults import HEALED, READERS, WRITE, Crowd
from tests.ports import held_port

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240 + 2 * HEALED)]

ADD = """
import json
from yabot.core.webhooks import endpoints
made, secret = endpoints.create(name="Cuentas", url="{url}", event_types=["besitos_added", "reaction_detected"])
print(json.dumps(secret))
"""
EVERYTHING_IS_DUE = """
from datetime import timedelta
from yabot.core import clock
from yabot.core.models import CallState, WebhookDelivery, WebhookEndpoint
past = clock.now() - timedelta(days=1)
WebhookDelivery.objects.filter(state=CallState.WAITING).update(due_at=past)
WebhookEndpoint.objects.update(rests_until=past, failures=0)
"""
SEND = "import django; django.setup(); from yabot.core.webhooks.courier import send_due; send_due()"


@pytest.fixture
def written() -> str:
    return WRITE


@pytest.fixture
def audit(audit: Audit, bot_process: BotProcess) -> Audit:
    """Webhooks may call this machine."""
    bot_process.environment["WEBHOOK_PRIVATE_ADDRESSES"] = "1"
    return audit


def add(bot_process: BotProcess, url: str) -> str:
    """A program begins to listen there; its secret."""
    done = bot_process.manage("shell", "-v0", "-c", ADD.format(url=url))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def crowd(sandbox, telegram, audit) -> Crowd:
    """Readers in a group whose bot was here before."""
    ask_for_reactions(telegram)
    return Crowd(sandbox)


def waiting(audit: Audit) -> int:
    """What has not been told yet."""
    return audit.waiting() + audit.one("SELECT count(*) FROM core_webhookdelivery WHERE state = 0")


def check_everything(crowd: Crowd, heard: list, secret: str) -> None:
    """Every reaction was told, under one delivery id however often, each reader's in order, and rightly signed."""
    first = {call.delivery: call for call in reversed(heard)}
    told = {
        (call.body["user_id"], call.body["data"]["message_id"])
        for call in first.values()
        if call.body["type"] == "reaction_detected"
    }
    assert told == crowd.reactions
    assert len({(call.body["id"]) for call in first.values()}) == len(first) == 2 * len(crowd.reactions)
    for reader in crowd.readers:
        numbers = [call.body["sequence"] for call in dict.fromkeys(first.values()) if call.body["user_id"] == reader]
        assert sorted(numbers) == sorted(set(numbers))
    check = documented_check()
    assert all(check(call.raw, call.signature, secret) for call in heard)


def in_order(crowd: Crowd, heard: list) -> bool:
    """Whether each reader's events came in their sequence, repetitions aside."""
    for reader in crowd.readers:
        seen: dict[str, int] = {}
        for call in heard:
            if call.body["user_id"] == reader:
                seen.setdefault(call.delivery, call.body["sequence"])
        if list(seen.values()) != sorted(seen.values()):
            return False
    return True


def test_what_happens_in_the_group_is_told_in_order_and_signed(sandbox, crowd, bot_process, audit, until):
    with receiving() as receiver:
        secret = add(bot_process, receiver.url)
        bot_process.start()
        crowd.react(5)
        until(lambda: len(receiver.heard) >= 10 * READERS, HEALED)
        until(lambda: waiting(audit) == 0, HEALED)
        assert bot_process.terminate() == 0

    check_everything(crowd, receiver.heard, secret)
    assert in_order(crowd, receiver.heard)
    again = "SELECT count(*) FROM core_webhookdelivery WHERE attempts > 1"
    assert len(receiver.heard) == 10 * READERS or audit.one(again) > 0  # only what failed is told again


def test_a_program_that_was_away_hears_everything_when_it_is_back(sandbox, crowd, bot_process, audit, until):
    port = held_port()
    secret = add(bot_process, f"http://127.0.0.1:{port}/")
    bot_process.start()
    crowd.react(2)
    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.one("SELECT max(failures) FROM core_webhookendpoint") >= 2, 30)
    assert waiting(audit) > 0

    with receiving(port) as receiver:
        until(lambda: waiting(audit) == 0, HEALED)
        check_everything(crowd, receiver.heard, secret)
        assert in_order(crowd, receiver.heard)
    assert bot_process.terminate() == 0


def test_killed_again_and_again_it_tells_everything_under_one_id(sandbox, crowd, bot_process, audit, until):
    with receiving() as receiver:
        secret = add(bot_process, receiver.url)
        for number in range(8):
            bot_process.start(wait=number % 2 == 0)
            stream = threading.Thread(target=crowd.react)
            stream.start()
            threading.Event().wait(0.15 * number)
            bot_process.kill()
            stream.join()
        bot_process.start()
        assert sandbox.wait_until_read(timeout=HEALED)
        until(lambda: waiting(audit) == 0, HEALED)
        assert bot_process.terminate() == 0

    check_everything(crowd, receiver.heard, secret)
    assert in_order(crowd, receiver.heard)


def test_ended_between_call_and_mark_it_calls_again_under_the_same_id(sandbox, crowd, bot_process, audit, until):
    with receiving() as receiver:
        receiver.answers = [500] * 1000
        secret = add(bot_process, receiver.url)
        bot_process.start()
        crowd.react(1)
        assert sandbox.wait_until_read(timeout=HEALED)
        until(lambda: audit.waiting() == 0 and receiver.heard, HEALED)
        assert bot_process.terminate() == 0  # killed, it would hold its rows for a minute on MongoDB's test server
        receiver.answers.clear()
        assert bot_process.manage("shell", "-v0", "-c", EVERYTHING_IS_DUE).returncode == 0
        before = len(receiver.heard)

        code = send(bot_process, YABOT_CRASH_AT="before_mark:1", DEBUG="1")
        assert code == 137
        crashed = {call.delivery for call in receiver.heard[before:]}
        assert crashed
        while waiting(audit):
            assert send(bot_process) == 0

    check_everything(crowd, receiver.heard, secret)
    assert all(sum(call.delivery == key for call in receiver.heard) >= 2 for key in crashed)


def send(bot_process: BotProcess, **environment: str) -> int:
    """Make the due calls in a process of its own; its exit code."""
    variables = {**bot_process.environment, "DJANGO_SETTINGS_MODULE": "yabot.settings", **environment}
    return subprocess.run([sys.executable, "-c", SEND], cwd=ROOT, env=variables, timeout=60).returncode
