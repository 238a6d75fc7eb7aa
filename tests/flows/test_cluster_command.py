"""``manage.py cluster`` as somebody runs it: servers, web, bot, two workers, beat and sandbox, ended by Ctrl-C."""

import re
import signal
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from tests.engine import ENGINE
from tests.flows.test_demo import Demo, folder, status  # noqa: F401 - the fixture
from tests.flows.test_demo_story import ANA, CAFE, EMMA, LUIS
from yabot.sandbox.client import SandboxClient

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]
PARTS = {"sandbox", "bot", "worker1", "worker2", "beat", "web", "valkey"}


class Cluster(Demo):
    """One run of the command."""

    def __init__(self, folder: Path) -> None:  # noqa: F811
        super().__init__(folder, "cluster", "--database", ENGINE)
        self.folder = folder / "cluster" / ENGINE

    def named(self, words: str) -> psutil.Process:
        """The process with these words in its command."""
        return next(process for process in self.processes() if words in command_of(process))

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


def test_a_whole_community_runs_on_one_machine(folder):  # noqa: F811
    cluster = Cluster(folder).wait_for("Ctrl-C", 200)
    started = cluster.processes()
    web, chat = cluster.address("Inicio"), cluster.address("Chat")
    assert status(f"{web}health/ready") == 200
    assert set(re.findall(r"[a-z]+\d?", cluster.output.partition("admin / ")[2].splitlines()[2])) >= PARTS

    react_through(people_of(chat), ANA, "La vela del pasillo")
    cluster.named("worker1@").kill()
    cluster.wait_for("worker1 is back", 60)
    cluster.named("valkey-server").kill()
    cluster.wait_for("valkey is back", 60)
    react_through(people_of(chat), EMMA, "The candle in the corridor")

    assert cluster.end() == 0
    cluster.wait_for("Everything has stopped")
    _gone, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(cluster.folder) in " ".join(p.info["cmdline"] or [])]


def command_of(process: psutil.Process) -> str:
    """Its command; nothing when it has ended meanwhile, as a database's servants do."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def people_of(chat: str) -> SandboxClient:
    """The people on the chat page, moved as the page moves them."""
    with urlopen(chat, timeout=10) as answer:
        found = re.search(r'name="control-token" content="([^"]+)"', answer.read().decode())
    assert found is not None
    return SandboxClient(chat.removesuffix("/sandbox/"), found[1])


def react_through(sandbox: SandboxClient, reader: int, letter: str) -> None:
    """Somebody hearts a message in the café, is paid, and reads Lucien's letter."""
    sandbox.start(reader)
    sandbox.wait_for_message(reader, "Lucien", timeout=60)
    said = sandbox.say(LUIS, CAFE, "¿Quién anda ahí?")["message_id"]
    sandbox.react(reader, CAFE, said, "❤")
    sandbox.wait_for_message(reader, letter, timeout=60)
