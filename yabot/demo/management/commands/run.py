"""``manage.py run``: web and bot against the real Telegram."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from yabot.demo import launch, places, sockets

WEB_PORT = 8000
NEEDS_A_BOT = (
    "TELEGRAM_TOKEN is not set. Ask @BotFather in Telegram for a token and write it into the file .env "
    "(TELEGRAM_TOKEN=123456789:AbC…), or try `make demo`, which needs none."
)
READY = """
────────────────────────────────────────────────────────────────────────────
  YABOT está en marcha · YABOT is running

  Inicio    {web}/
  Admin     {web}/admin/
            admin, con la contraseña de · with the password in {login}

  Ctrl-C lo detiene todo y guarda los datos · stops everything, keeps the data
────────────────────────────────────────────────────────────────────────────
"""


class Command(BaseCommand):
    help = "Starts web and bot against the real Telegram; needs TELEGRAM_TOKEN."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self._tell = launch.progress(self._say)
        if not settings.TELEGRAM_TOKEN:
            self.stderr.write(NEEDS_A_BOT)
            sys.exit(2)
        try:
            lock = places.take(settings.VAR_DIR)
        except places.AlreadyRunning:
            self.stderr.write(f"YABOT is already running on {places.shown(settings.VAR_DIR)}: stop that one first.")
            sys.exit(2)
        with lock:
            code = launch.guarded(self._work, self.stderr.write, self._tell)
        sys.exit(code)

    def _work(self) -> None:
        web = sockets.free_port(WEB_PORT)
        if web != WEB_PORT:
            self._tell(f"Port {WEB_PORT} is occupied; using {web}.")
        login = settings.VAR_DIR / launch.LOGIN_FILE
        start = launch.Launch(settings.BASE_DIR, settings.VAR_DIR, launch.inherited(), self._tell)
        self._tell("Preparing the database …")
        start.manage("migrate", "-v0")
        start.manage("loaddemo", "--only-when-empty", "--login", str(login))
        ready = READY.format(web=f"http://{sockets.HOST}:{web}", login=places.shown(login))
        launch.run([start.bot(), start.web(web)], self._tell, lambda: self._say(ready))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
