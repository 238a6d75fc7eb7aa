"""The server goes away under a running bot: readers hear it, nothing is lost, and it comes back by itself."""

import http.client
import re
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests import engine
from tests.flows.conftest import BotProcess
from tests.flows.proxy import Proxy
from tests.flows.test_database_away import apologies, helped
from tests.flows.web import WebProcess
from yabot.demo import servers

pytestmark = [pytest.mark.fault, engine.servers_only, pytest.mark.timeout(240)]
AWAY = "Servicio no disponible ahora mismo"


def behind_proxy(url: str) -> tuple[Proxy, str]:
    """The server behind a network of ours."""
    if url.startswith("mongodb"):
        port = int(re.search(r":(\d+)/", url)[1])
        proxy = Proxy(("127.0.0.1", port))
        return proxy, url.replace(f":{port}/", f":{proxy.port}/")
    folder = Path(unquote(re.search(r"host=([^&]+)", url)[1]))
    proxy = Proxy(next(path for path in folder.glob(".s.PGSQL.*") if path.is_socket()))
    return proxy, f"postgres://postgres@127.0.0.1:{proxy.port}/yabot"


@pytest.fixture
def network(bot_process: BotProcess) -> Iterator[Proxy]:
    """A bot's database on a server of its own, and the network to it."""
    folder = Path(tempfile.mkdtemp(prefix="yabot-away-"))  # PostgreSQL's own user has to get into it
    make = servers.postgres if engine.ENGINE == "postgres" else servers.mongodb
    server = make(folder / "data", database="yabot", durable=False)
    proxy, bot_process.environment["DATABASE_URL"] = behind_proxy(server.url)
    done = bot_process.manage("migrate", "-v0")
    assert done.returncode == 0, done.stderr
    yield proxy
    if bot_process.process is not None and bot_process.process.poll() is None:
        bot_process.kill()
    proxy.cut()
    server.stop()
    servers.forget(folder)


def page_of(web: WebProcess) -> tuple[int, str]:
    """The back office, asked for with a login that the database has to look up."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=40)
    headers = {"Cookie": f"sessionid={'a' * 32}", "Accept-Language": "es"}
    connection.request("GET", "/admin/", headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_the_back_office_says_so_meanwhile_and_goes_on_without_a_restart(bot_process, network, tmp_path, until):
    web = WebProcess(bot_process, tmp_path)
    web.start(TELEGRAM_WEBHOOK_URL="")
    assert page_of(web)[0] == 302

    network.cut()
    status, page = page_of(web)
    assert status == 503
    assert "Servicio no disponible" in page
    assert "SVC001" in page

    network.mend()
    until(lambda: page_of(web)[0] == 302, 60)
    web.end()


def test_the_server_goes_away_twice_and_comes_back(bot_process, sandbox, network, until):
    ana = sandbox.add_user(first_name="Ana")["id"]
    bot_process.start()
    sandbox.start(ana)
    sandbox.wait_for_message(ana, "bienvenida")

    for reader in sandbox.add_users(2):
        network.cut()
        sandbox.start(reader["id"])
        told = sandbox.wait_for_message(reader["id"], AWAY, timeout=30)
        assert told["text"].endswith("Código SVC001.")
        sandbox.say(ana, ana, "/ayuda")
        threading.Event().wait(1)
        network.mend()
        sandbox.wait_for_message(reader["id"], "bienvenida", timeout=60)

    until(lambda: helped(sandbox, ana) == 2, 30)
    assert apologies(sandbox, ana) <= 2
    assert bot_process.terminate() == 0
