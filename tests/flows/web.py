"""The web process as it runs in production: uvicorn, on the database of the bot's process."""

import http.client
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.flows.conftest import ROOT, BotProcess
from tests.ports import held_port

SECRET = "a_secret-that-only-Telegram-knows-0123456789"
PATH = "/telegram/webhook/"


class WebProcess:
    """``uvicorn yabot.asgi:application``; both processes know the webhook from now on."""

    def __init__(self, bot: BotProcess, folder: Path) -> None:
        self.port = held_port()
        self.log = folder / "web.log"
        self.url = f"http://127.0.0.1:{self.port}{PATH}"
        bot.environment |= {"TELEGRAM_WEBHOOK_URL": self.url, "TELEGRAM_WEBHOOK_SECRET": SECRET}
        self.environment = bot.environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, workers: int = 1, **environment: str) -> "WebProcess":
        """Start it, and return when it answers."""
        command = [sys.executable, "-m", "uvicorn", "yabot.asgi:application", "--port", str(self.port)]
        begun = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--workers", str(workers), "--no-access-log", "--timeout-worker-healthcheck", "60"],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
            )
        for _ in range(1500):
            said = self.log.read_bytes()[begun:]
            if b"running on" in said and said.count(b"startup complete") == workers:
                return self
            threading.Event().wait(0.02)
        raise AssertionError(self.log.read_text())

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Return when it has ended; the exit code."""
        assert self.process is not None
        return self.process.wait(15)

    def post(self, body: bytes, *, method: str = "POST", **headers: str) -> http.client.HTTPResponse:
        """One request, on a connection of its own; the headers' names have _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, PATH, body, given)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response

    def told(self, body: bytes, secret: str = SECRET) -> int:
        """The status that Telegram would get for this body."""
        return self.post(body, X_Telegram_Bot_Api_Secret_Token=secret).status
