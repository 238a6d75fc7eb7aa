"""``manage.py demo``: YABOT with a simulated Telegram, ready to be tried."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from yabot.demo import launch, places, sockets
from yabot.demo.children import ChildFailed
from yabot.sandbox.telegram import DEMO_TOKEN

WEB_PORT = 8000
SANDBOX_PORT = 8081
READY = """
────────────────────────────────────────────────────────────────────────────
  YABOT está listo · YABOT is ready

  Chat      {chat}
            Elige a Ana, pulsa «Iniciar» y da un ❤ en el canal o en el café.
            Choose Ana, press Start, and give a ❤ in the channel or the café.

  Inicio    {web}/
  Admin     {web}/admin/
            admin / {password}

  Datos y registros · data and logs: {folder}
  Ctrl-C lo detiene todo y guarda los datos · stops everything, keeps the data
────────────────────────────────────────────────────────────────────────────
"""


class Command(BaseCommand):
    help = "Starts web, bot and a simulated Telegram with a small story, on data of their own below var/demo."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self._tell = launch.progress(self._say)
        folder = settings.VAR_DIR / "demo"
        try:
            lock = places.take(folder)
        except places.AlreadyRunning:
            self.stderr.write(f"A demo is already running on {places.shown(folder)}: stop that one first.")
            sys.exit(2)
        with lock:
            code = launch.guarded(self._work, self.stderr.write, self._tell)
        sys.exit(code)

    def _work(self) -> None:
        folder = settings.VAR_DIR / "demo"
        prepare = launch.Launch(settings.BASE_DIR, folder, demo_environment(WEB_PORT, SANDBOX_PORT), self._tell)
        self._tell("Preparing the database …")
        prepare.manage("migrate", "-v0")
        self._tell("Loading the story of Lucien …")
        prepare.manage("loaddemo", "--login", str(folder / launch.LOGIN_FILE))
        self._start(tries=3)

    def _start(self, *, tries: int) -> None:
        """Start everything; on other ports when somebody was quicker."""
        web, sandbox = self._ports()
        environment = demo_environment(web, sandbox)
        start = launch.Launch(settings.BASE_DIR, settings.VAR_DIR / "demo", environment, self._tell)
        children = [start.sandbox(sandbox), start.bot(), start.web(web)]
        try:
            launch.run(children, self._tell, lambda: self._ready(web, sandbox))
        except ChildFailed as failure:
            if tries == 1 or "already in use" not in failure.last_lines.lower():
                raise
        self._tell("Somebody else took a port meanwhile; trying again.")
        self._start(tries=tries - 1)

    def _ports(self) -> tuple[int, int]:
        web = sockets.free_port(WEB_PORT)
        sandbox = sockets.free_port(SANDBOX_PORT, besides=frozenset({web}))
        for wanted, taken in ((WEB_PORT, web), (SANDBOX_PORT, sandbox)):
            if taken != wanted:
                self._tell(f"Port {wanted} is occupied; using {taken}.")
        return web, sandbox

    def _ready(self, web: int, sandbox: int) -> None:
        folder = settings.VAR_DIR / "demo"
        self._tell("Everything answers.")
        self._say(
            READY.format(
                chat=f"http://{sockets.HOST}:{sandbox}/sandbox/",
                web=f"http://{sockets.HOST}:{web}",
                password=(folder / launch.LOGIN_FILE).read_text().strip(),
                folder=places.shown(folder),
            )
        )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def demo_environment(web: int, sandbox: int) -> dict[str, str]:
    """What the processes of a demo see: nothing of a real bot's settings, whatever ``.env`` says."""
    folder = settings.VAR_DIR / "demo"
    telegram = f"http://{sockets.HOST}:{sandbox}"
    return launch.inherited(
        VAR_DIR=str(folder),
        DATABASE_URL="",
        SECRET_KEY="",
        DEBUG="1",
        HTTPS="0",
        ALLOWED_HOSTS="localhost,127.0.0.1,[::1]",
        CSRF_TRUSTED_ORIGINS="",
        SANDBOX_ENABLED="1",
        SANDBOX_URL=f"{telegram}/sandbox/",
        TELEGRAM_TOKEN=DEMO_TOKEN,
        TELEGRAM_API_URL=f"{telegram}/bot",
        TELEGRAM_FILE_URL=f"{telegram}/file/bot",
        YABOT_CRASH_AT="",
    )
