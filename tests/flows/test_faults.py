"""The bot as a real process that is killed, stopped and badly treated: nothing is lost, nothing is paid twice."""

import json
import random
import threading
import time
from collections import Counter

import pytest

from tests.engine import ENGINE
from tests.flows.conftest import TOKEN, BotProcess, ask_for_reactions, last_line
from tests.flows.ledger_audit import Audit
from yabot.core.telegram.gateway import DRAIN_SECONDS
from yabot.sandbox.client import SandboxClient
from yabot.sandbox.server import SandboxServer

READERS = 12
HEALED = 150 if ENGINE == "mongodb" else 60  # seconds; there, a killed process holds its rows for a minute
pytestmark = [pytest.mark.fault, pytest.mark.timeout(300 + 2 * HEALED)]
LETTERS = 30

WRITE = f"""
from tests.flows.story import write_story
write_story(hints={LETTERS})
"""
PROVE = """
from django.core.management import call_command
call_command("prove_ledger", json=True)
call_command("queues", json=True)
"""


class Crowd:
    """Readers in a group who react to one message after the other, and whose every reaction is remembered."""

    def __init__(self, sandbox: SandboxClient) -> None:
        self.sandbox = sandbox
        self.readers = [user["id"] for user in sandbox.add_users(READERS)]
        self.group = sandbox.add_group("Café", members=self.readers)["id"]
        for reader in self.readers:
            sandbox.start(reader)
        self.reactions: set[tuple[int, int]] = set()

    def react(self, rounds: int = 1) -> None:
        """Everybody hearts a new message, ``rounds`` times."""
        for _ in range(rounds):
            said = self.sandbox.say(self.readers[0], self.group, "¡Qué noche!")
            for reader in self.readers:
                self.sandbox.react(reader, self.group, said["message_id"], "❤")
                self.reactions.add((reader, said["message_id"]))


@pytest.fixture
def written() -> str:
    return WRITE


@pytest.fixture
def audit(audit: Audit, telegram: SandboxServer) -> Audit:
    """The bot was here before."""
    ask_for_reactions(telegram)
    return audit


def check_everything(crowd: Crowd, audit: Audit, bot_process: BotProcess) -> None:
    """Every reaction paid once, every opened hint announced once or marked as doubtful, the ledger proves."""
    paid = audit.ask("SELECT reference FROM gamification_transfer WHERE reference LIKE 'reaction:%'")
    expected = {f"reaction:{crowd.group}:{message}:{reader}" for reader, message in crowd.reactions}
    assert sorted(reference for (reference,) in paid) == sorted(expected)

    rounds = len(crowd.reactions) // READERS
    opened = audit.one("SELECT count(*) FROM narrative_hintunlock")
    assert opened == READERS * min(rounds, LETTERS)
    doubtful = {key for (key,) in audit.ask("SELECT key FROM core_outgoingmessage WHERE unknown_at IS NOT NULL")}
    for reader in crowd.readers:
        letters = Counter(m["text"] for m in crowd.sandbox.messages(reader) if "se abre" in m.get("text", ""))
        for number in range(1, min(rounds, LETTERS) + 1):
            came = sum(count for text, count in letters.items() if f"«Pista {number}»" in text)
            if f"hint:pista-{number}:{reader}" not in doubtful:
                assert came == 1, f"letter {number} came {came} times to {reader}"

    deadline = time.monotonic() + HEALED  # a doubtful letter is tried again half a minute later, perhaps just now
    while (proved := prove(bot_process))[1]["outgoing"] and time.monotonic() < deadline:
        pass
    assert proved == (True, {"inbound": 0, "deliveries": 0, "outgoing": 0, "dead": 0})


def prove(bot_process: BotProcess) -> tuple[bool, dict[str, int]]:
    """Whether the ledger is right, and what waits."""
    proof, queues = bot_process.manage("shell", "-v0", "-c", PROVE).stdout.splitlines()
    return json.loads(proof)["ok"], json.loads(queues)


def test_killed_twenty_times_under_a_stream_of_reactions(sandbox, bot_process, audit, until):
    seed = random.randrange(10_000)
    print(f"SEED={seed}")
    dice = random.Random(seed)
    crowd = Crowd(sandbox)

    for _ in range(20):
        stream = threading.Thread(target=crowd.react)
        bot_process.start(wait=dice.random() < 0.5)
        stream.start()
        threading.Event().wait(dice.uniform(0.05, 1.2))
        bot_process.kill()
        stream.join()
    bot_process.start()
    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)

    check_everything(crowd, audit, bot_process)
    assert bot_process.terminate() == 0


@pytest.mark.parametrize(
    "point",
    [
        "after_get_updates:1",
        "after_inbox_commit:1",
        "after_service_commit:1",
        "in_delivery:1",
        "in_delivery:2",
        "after_delivery_commit:1",
        "after_message_claim:1",
        "after_send:5",
        "before_mark:1",
    ],
)
def test_ended_at_a_bad_moment_it_goes_on_where_it_was(sandbox, bot_process, audit, until, point):
    crowd = Crowd(sandbox)
    bot_process.environment |= {"YABOT_CRASH_AT": point, "DEBUG": "1"}
    bot_process.start(wait=False)
    crowd.react(2)
    assert bot_process.process is not None
    assert bot_process.process.wait(HEALED) == 137

    bot_process.environment |= {"YABOT_CRASH_AT": "", "DEBUG": "0"}
    bot_process.start()
    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)

    check_everything(crowd, audit, bot_process)


def test_ended_in_a_periodic_job_its_time_is_taken_and_the_next_one_comes(sandbox, bot_process, audit):
    bot_process.environment |= {"YABOT_CRASH_AT": "in_tick:1", "DEBUG": "1"}
    bot_process.manage("shell", "-v0", "-c", "from yabot.core.models import JobRun; JobRun.objects.all().delete()")
    bot_process.start(wait=False)
    assert bot_process.process is not None
    assert bot_process.process.wait(HEALED) == 137
    assert audit.one("SELECT count(*) FROM core_jobrun WHERE finished_at IS NULL") == 1

    bot_process.environment |= {"YABOT_CRASH_AT": "", "DEBUG": "0"}
    bot_process.start()
    assert bot_process.terminate() == 0


def test_stopped_twenty_times_under_load_it_drains_and_loses_nothing(sandbox, bot_process, audit, until):
    crowd = Crowd(sandbox)

    longest = 0.0
    for _ in range(20):
        bot_process.start()
        stream = threading.Thread(target=crowd.react)
        stream.start()
        threading.Event().wait(random.uniform(0.02, 0.4))
        began = time.monotonic()
        assert bot_process.terminate() == 0
        longest = max(longest, time.monotonic() - began)
        stream.join()
        assert audit.one("SELECT count(*) FROM core_outgoingmessage WHERE state = 1") == 0
        assert audit.one("SELECT count(*) FROM core_lease WHERE owner <> ''") == 0
    bot_process.start()
    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)

    check_everything(crowd, audit, bot_process)
    unknown = audit.one("SELECT count(*) FROM core_outgoingmessage WHERE unknown_at IS NOT NULL")
    assert unknown == 0 or longest >= DRAIN_SECONDS  # unless Telegram, which lives in this process, stood still


def test_no_token_is_found_in_logs_or_rows(sandbox, bot_process, audit, until):
    crowd = Crowd(sandbox)
    bot_process.environment["LOG_LEVEL"] = "DEBUG"
    sandbox.fault("sendMessage", kind="error", status=502, description="Bad Gateway", count=3)
    sandbox.fault("getUpdates", kind="drop_before", count=2)
    bot_process.start()
    crowd.react(2)
    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)
    bot_process.terminate()

    secret = TOKEN.split(":")[1]
    assert secret not in bot_process.log.read_text()
    assert secret not in audit.texts_in_all_rows()


def test_a_second_poller_ends_with_one_sentence(sandbox, telegram, bot_process, tmp_path):
    bot_process.start()
    second = bot_process.manage("runbot")

    assert second.returncode == 1
    assert second.stderr.strip() == "Another process polls with this token: stop it first, only one may run."


def test_a_second_poller_elsewhere_ends_with_one_sentence_too(sandbox, telegram, bot_process, tmp_path_factory):
    bot_process.start()
    elsewhere = BotProcess(tmp_path_factory.mktemp("elsewhere"), telegram)
    second = elsewhere.manage("runbot")

    assert second.returncode == 1
    assert last_line(second.stderr).startswith("Another process polls with this token")


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("", "TELEGRAM_TOKEN is not set: ask @BotFather for a token, or try `make demo` without one."),
        ("hello", "TELEGRAM_TOKEN does not look like a bot token (123456789:AbC…)."),
        ("4242:another-token-that-nobody-knows-here", "Telegram does not know this token: check TELEGRAM_TOKEN."),
    ],
)
def test_a_wrong_token_is_one_sentence_and_exit_code_2(bot_process, token, sentence):
    bot_process.environment["TELEGRAM_TOKEN"] = token

    done = bot_process.manage("runbot")

    assert done.returncode == 2
    assert done.stderr.strip() == sentence


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "status": 401, "description": "Unauthorized"},
        {"kind": "error", "status": 404, "description": "Not Found"},
        {"kind": "error", "status": 502, "description": "Bad Gateway"},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "garbage"},
    ],
)
def test_a_telegram_that_is_ill_for_a_while_is_waited_out(sandbox, bot_process, audit, until, fault):
    crowd = Crowd(sandbox)
    bot_process.start()
    assert sandbox.wait_until_read(timeout=HEALED)
    sandbox.fault("getUpdates", count=None, **fault)
    crowd.react()
    ill = "SELECT count(*) FROM core_heartbeat WHERE name = 'poller' AND (good_at IS NULL OR good_at < beat_at)"
    until(lambda: audit.one(ill) == 1, HEALED)
    sandbox.clear_faults()

    assert sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)

    check_everything(crowd, audit, bot_process)
    until(lambda: audit.one(ill) == 0, HEALED)
