"""A bot that runs against the sandbox over HTTP: in a thread for stories, as a process for faults."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
from django.db import connections

from gamification.services import proof
from tests import engine
from tests.flows.ledger_audit import Audit
from tests.template import migrated_database
from yabot.sandbox.client import SandboxClient
from yabot.sandbox.server import SandboxServer
from yabot.schedule import JOBS

if TYPE_CHECKING:
    from tests.flows.web import WebProcess

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "4242:sandbox-demo-token-for-yabot-only-000000"


@pytest.fixture
def telegram() -> Iterator[SandboxServer]:
    """A simulated Telegram of its own."""
    with SandboxServer(token=TOKEN) as server:
        yield server


@pytest.fixture
def sandbox(telegram: SandboxServer) -> Iterator[SandboxClient]:
    """What fake people do in it. A call it does not model fails the test: nothing passes by accident."""
    yield telegram.client
    assert telegram.client.unmodelled() == []


def ask_for_reactions(telegram: SandboxServer) -> None:
    """As the first call of a bot does: Telegram drops what nobody ever asked for."""
    from yabot.wiring import PARTS

    kinds = json.dumps({"allowed_updates": [*PARTS.allowed_updates], "timeout": 0}).encode()
    call = Request(f"{telegram.api_url}{TOKEN}/getUpdates", kinds, {"Content-Type": "application/json"})
    with urlopen(call, timeout=10) as answer:
        assert json.load(answer)["ok"]


class RunningBot:
    """The gateway in a thread of the test's process, on the test's database."""

    def __init__(self, **parts: Any) -> None:
        self._parts = parts
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.error: BaseException | None = None

    def _run(self) -> None:
        from yabot.core.telegram.gateway import Gateway
        from yabot.wiring import PARTS

        async def main() -> None:
            self.gateway = Gateway(replace(PARTS, **self._parts), ready=lambda name: self._ready.set())
            await self.gateway.run()

        try:
            asyncio.run(main())
        except BaseException as error:
            self.error = error
        finally:
            self._ready.set()
            connections.close_all()

    def start(self) -> "RunningBot":
        self._thread.start()
        assert self._ready.wait(60), "the bot did not become ready"
        if self.error is not None:
            raise self.error
        return self

    def stop(self) -> None:
        self.gateway.stop()
        self.wait()

    def wait(self) -> None:
        """Until it has ended."""
        self._thread.join(20)
        assert not self._thread.is_alive(), "the bot did not stop"
        for thread in threading.enumerate():  # a process ends when its pool has, and a job may be under way
            if thread.name.startswith("yabot-db"):
                thread.join(20)


@pytest.fixture
def bot_settings(settings: Any, telegram: SandboxServer) -> Any:
    """Settings that point at the sandbox, with a budget a test need not wait for."""
    settings.TELEGRAM_TOKEN = TOKEN
    settings.TELEGRAM_API_URL = telegram.api_url
    settings.TELEGRAM_FILE_URL = telegram.file_url
    settings.SEND_RATE = 0
    settings.SENDER_PROCESS = False
    return settings


@pytest.fixture
def bot(transactional_db: None, bot_settings: Any) -> Iterator[RunningBot]:
    """A bot that is polling. It leaves the proof of the ledger out where that would see half of what a test does."""
    parts = {} if engine.KEEPS_SNAPSHOTS else {"jobs": [job for job in JOBS if job.run is not proof.prove_and_tell]}
    running = RunningBot(**parts).start()
    yield running
    running.stop()


class BotProcess:
    """``manage.py`` as real processes on a migrated database of their own."""

    def __init__(self, folder: Path, server: SandboxServer, written: str = "", **environment: str) -> None:
        self.log = folder / "bot.log"
        redis = environment.get("REDIS_URL", "")
        self.environment = {
            **os.environ,
            "DATABASE_URL": migrated_database(folder, redis=redis, written=written),
            "SECRET_KEY": "a-key-for-tests-only-that-is-long-enough-to-be-quiet",
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": server.api_url,
            "TELEGRAM_FILE_URL": server.file_url,
            "SEND_RATE": "0",
            "DEBUG": "0",
            "LOG_LEVEL": "INFO",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run one command to its end, within ``timeout`` seconds."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout)

    def start(self, *, wait: bool = True) -> None:
        """Start ``runbot``; with ``wait`` until it says that it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "runbot"],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        if wait:
            assert self.process.stdout is not None
            line = self.process.stdout.readline()
            assert b"ready" in line, self.log.read_text()

    def kill(self) -> None:
        """SIGKILL: no clean-up of any kind."""
        self._end(signal.SIGKILL)

    def terminate(self, timeout: float = 30) -> int:
        """SIGTERM: drain; the exit code."""
        return self._end(signal.SIGTERM, timeout)

    def _end(self, number: signal.Signals, timeout: float = 30) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def last_line(errors: str) -> str:
    """What a command said last; how its sending process ended may be told after that."""
    told = [line for line in errors.strip().splitlines() if "the sending process ended with code" not in line]
    return told[-1]


@pytest.fixture
def written() -> str:
    """The code whose rows a process's database begins with; it is run once, and its rows are copied for each test."""
    return ""


@pytest.fixture
def bot_process(tmp_path: Path, telegram: SandboxServer, written: str) -> Iterator[BotProcess]:
    """A migrated database and a process that is started by the test."""
    process = BotProcess(tmp_path, telegram, written)
    yield process
    if process.process is not None and process.process.poll() is None:
        process.kill()


@pytest.fixture
def audit(bot_process: BotProcess) -> Audit:
    """The process's database, seen from outside."""
    return Audit(bot_process.environment["DATABASE_URL"])


@pytest.fixture
def web(bot_process: BotProcess, tmp_path: Path) -> Iterator["WebProcess"]:
    """The web process on the same database, not started yet."""
    from tests.flows.web import WebProcess

    process = WebProcess(bot_process, tmp_path)
    yield process
    if process.process is not None and process.process.poll() is None:
        process.end(signal.SIGTERM)


@pytest.fixture
def webhook(bot_process: BotProcess, web: "WebProcess") -> None:
    """Telegram knows where to send updates."""
    assert "url: http" in bot_process.manage("webhook", "set").stdout
