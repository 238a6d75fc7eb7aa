"""The database goes away under a running bot: readers hear it at once, nothing is lost, and it comes back by itself."""

import sqlite3
import threading

import pytest

from tests import engine
from tests.flows.conftest import BotProcess
from tests.flows.full_disk import FullDisk
from yabot.core.models import UpdateState
from yabot.sandbox.client import SandboxClient

pytestmark = [pytest.mark.fault, engine.sqlite_only]
AWAY = "Servicio no disponible ahora mismo"


@pytest.fixture
def ana(bot_process: BotProcess, sandbox: SandboxClient) -> int:
    """Somebody who talks with a bot that runs."""
    reader = sandbox.add_user(first_name="Ana")["id"]
    bot_process.start()
    sandbox.start(reader)
    sandbox.wait_for_message(reader, "bienvenida")
    return int(reader)


def full_disk(bot: BotProcess) -> FullDisk:
    """Nothing can be written any more by the bot."""
    assert bot.process is not None
    return FullDisk(bot.process.pid)


class Locked:
    """Another program holds the database for itself."""

    def __init__(self, bot: BotProcess) -> None:
        path = bot.environment["DATABASE_URL"].removeprefix("sqlite:///")
        self._other = sqlite3.connect(path, timeout=30, isolation_level=None)

    def __enter__(self) -> None:
        self._other.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_: object) -> None:
        self._other.execute("ROLLBACK")
        self._other.close()


def apologies(sandbox: SandboxClient, reader: int) -> int:
    """How often this reader was told to wait."""
    return sum(AWAY in message.get("text", "") for message in sandbox.messages(reader))


def helped(sandbox: SandboxClient, reader: int) -> int:
    """How many /ayuda were answered."""
    return sum("Lo que puedo hacer" in message.get("text", "") for message in sandbox.messages(reader))


@pytest.mark.parametrize("trouble", [full_disk, Locked])
def test_readers_are_told_at_once_and_answered_when_it_is_back(bot_process, sandbox, ana, until, trouble):
    luis = sandbox.add_user(first_name="Luis")["id"]
    with trouble(bot_process):
        sandbox.say(ana, ana, "/saldo")
        told = sandbox.wait_for_message(ana, AWAY, timeout=15)
        assert told["text"].endswith("Código SVC001.")
        sandbox.start(luis)
        sandbox.wait_for_message(luis, AWAY, timeout=15)
        for _ in range(3):
            sandbox.say(ana, ana, "/ayuda")

    sandbox.wait_for_message(ana, "Tienes", timeout=60)
    sandbox.wait_for_message(luis, "bienvenida", timeout=60)
    until(lambda: helped(sandbox, ana) == 3, 30)
    assert (apologies(sandbox, ana), apologies(sandbox, luis)) == (1, 1)
    assert bot_process.terminate() == 0


def test_a_button_is_answered_with_an_alert_meanwhile(bot_process, sandbox, ana):
    sandbox.say(ana, ana, "/saldo")
    shown = sandbox.wait_for_message(ana, "Tienes")
    with full_disk(bot_process):
        threading.Event().wait(2.5)
        answer = sandbox.press(ana, ana, shown["message_id"], "Ver historial", timeout=15)

    assert AWAY in answer["text"]
    assert answer["show_alert"]
    sandbox.wait_for_message(ana, lambda message: "Mi saldo" in str(message.get("reply_markup")), timeout=60)
    assert bot_process.terminate() == 0


def test_no_update_is_marked_as_failed(bot_process, sandbox, ana, tmp_path):
    for _ in range(5):
        sandbox.say(ana, ana, "/ayuda")
    with full_disk(bot_process):
        sandbox.say(ana, ana, "/saldo")
        sandbox.wait_for_message(ana, AWAY, timeout=15)
    sandbox.wait_for_message(ana, "Tienes", timeout=60)
    assert sandbox.wait_until_read()
    assert bot_process.terminate() == 0

    with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
        states = dict(database.execute("SELECT state, count(*) FROM core_inboundupdate GROUP BY state"))
    assert set(states) == {UpdateState.DONE}
    assert helped(sandbox, ana) == 5
