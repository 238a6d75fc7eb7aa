"""The processes of an installation that has outgrown one: a bot, workers, beats, on one database and one Valkey."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.flows.conftest import ROOT, BotProcess
from tests.flows.web import PATH, SECRET
from tests.ports import held_port

COMMANDS = {
    "web": ["-m", "uvicorn", "yabot.asgi:application", "--port", "{port}", "--no-access-log"],
    "bot": ["manage.py", "runbot"],
    "worker": ["-m", "celery", "-A", "yabot", "worker", "--hostname", "{name}@%h"],
    "beat": ["-m", "celery", "-A", "yabot", "beat"],
}
READY = {"web": "Application startup complete", "bot": "runbot ready", "worker": " ready.", "beat": "beat: Starting..."}


class Member:
    """One process that is started, killed and started again."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str], port: int) -> None:
        self.name, self.kind, self._port = name, name.rstrip("0123456789"), port
        self.log = folder / f"{name}.log"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._said = 0

    def start(self) -> "Member":
        """Start it in a group of its own, as a container would be."""
        self._said = self.log.stat().st_size if self.log.exists() else 0
        command = [part.format(name=self.name, port=self._port) for part in COMMANDS[self.kind]]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    @property
    def output(self) -> str:
        """What it has said since it was started last."""
        return self.log.read_bytes()[self._said :].decode(errors="replace")

    @property
    def is_ready(self) -> bool:
        """Whether it has said that it works."""
        return READY[self.kind] in self.output

    @property
    def is_running(self) -> bool:
        """Whether its first process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL, with everything it has started: a machine that lost its power."""
        self._end(signal.SIGKILL)

    def stop(self, seconds: float = 60) -> int:
        """SIGTERM: the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(seconds)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            self._process.wait(20)


class Crew:
    """Everybody, by name: ``crew["worker2"]``."""

    def __init__(self, folder: Path, commands: BotProcess) -> None:
        self._folder, self.bot_process = folder, commands
        self.environment = commands.environment
        self.members: dict[str, Member] = {}
        self._port = held_port()

    def ask_for_calls(self) -> None:
        """From now on Telegram calls the web process, and nobody asks for updates."""
        url = f"http://127.0.0.1:{self._port}{PATH}"
        self.environment |= {"TELEGRAM_WEBHOOK_URL": url, "TELEGRAM_WEBHOOK_SECRET": SECRET}
        done = self.bot_process.manage("webhook", "set")
        assert done.returncode == 0, done.stderr

    def __getitem__(self, name: str) -> Member:
        if name not in self.members:
            self.members[name] = Member(name, self._folder, self.environment, self._port)
        return self.members[name]

    def start(self, *names: str) -> None:
        """Start these."""
        for name in names:
            self[name].start()

    def are_ready(self, *names: str) -> bool:
        """Whether all of these work."""
        return all(self[name].is_ready for name in names)

    def kill_all(self) -> None:
        """End everything that runs."""
        for member in self.members.values():
            member.kill()

    def logs(self) -> str:
        """What everybody said."""
        return "\n".join(member.log.read_text() for member in self.members.values() if member.log.exists())
