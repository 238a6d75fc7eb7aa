"""``manage.py cluster``: YABOT as many processes, as it runs for a big community, on one machine."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from yabot.demo import launch, places, postgres, servers, sockets
from yabot.demo.children import Child
from yabot.demo.management.commands.demo import SANDBOX_PORT, WEB_PORT, demo_environment

DATABASES = ("postgres", "mongodb", "sqlite")
READY = """
────────────────────────────────────────────────────────────────────────────
  YABOT está listo, en {count} procesos · YABOT is ready, as {count} processes

  Chat      {chat}
  Inicio    {web}/
  Admin     {web}/admin/
            admin / {password}

  {parts}
  Si uno muere, se enciende otra vez · whichever dies is started again
  Datos y registros · data and logs: {folder}
  Ctrl-C lo detiene todo y guarda los datos · stops everything, keeps the data
────────────────────────────────────────────────────────────────────────────
"""


class Command(BaseCommand):
    help = (
        "Starts a database server, Valkey, web, bot, two workers, beat and a simulated Telegram, "
        "on data of their own below var/cluster. Needs the packages of requirements-dev.txt."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", choices=DATABASES, default=DATABASES[0], help="which engine (postgres)")

    def handle(self, *args: Any, **options: Any) -> None:
        self._tell = launch.progress(self._say)
        self._engine = options["database"]
        self._folder = settings.VAR_DIR / "cluster" / self._engine
        try:
            lock = places.take(self._folder)
        except places.AlreadyRunning:
            self.stderr.write(f"A cluster is already running on {places.shown(self._folder)}: stop that one first.")
            sys.exit(2)
        with lock:
            code = launch.guarded(self._work, self.stderr.write, self._tell)
        sys.exit(code)

    def _work(self) -> None:
        redis, database = sockets.any_free_port(), sockets.any_free_port()
        try:
            kept = self._servers(redis, database)
        except servers.ServerMissing as missing:
            raise launch.StepFailed(f"The package {missing} is missing: make install") from None
        try:
            launch.begin(kept, self._tell)
            self._serve(kept, self._database_url(kept, database), f"redis://{sockets.HOST}:{redis}/0")
        finally:
            launch.end(kept)

    def _servers(self, redis: int, database: int) -> list[Child]:
        start = self._launch({})
        kept = [start.valkey(redis)]
        if self._engine == "postgres":
            kept.append(start.postgres())
        if self._engine == "mongodb":
            kept.append(start.mongodb(database))
        return kept

    def _database_url(self, kept: Sequence[Child], port: int) -> str:
        if self._engine == "postgres":
            return kept[-1].output().rpartition(postgres.READY)[2].split()[0]
        return servers.mongodb_url(port) if self._engine == "mongodb" else ""

    def _serve(self, kept: Sequence[Child], database_url: str, redis_url: str) -> None:
        web = sockets.free_port(WEB_PORT)
        sandbox = sockets.free_port(SANDBOX_PORT, besides=frozenset({web}))
        environment = cluster_environment(str(self._folder), web, sandbox)
        start = self._launch(environment | {"DATABASE_URL": database_url, "REDIS_URL": redis_url})
        self._tell("Preparing the database …")
        start.manage("migrate", "-v0")
        self._tell("Loading the story of Lucien …")
        start.manage("loaddemo", "--login", str(self._folder / launch.LOGIN_FILE))
        children = [start.sandbox(sandbox), start.bot(), start.worker(1), start.worker(2), start.beat(), start.web(web)]
        parts = [*kept, *children]
        launch.run(children, self._tell, lambda: self._ready(web, sandbox, parts), servers=kept)

    def _launch(self, environment: dict[str, str]) -> launch.Launch:
        return launch.Launch(settings.BASE_DIR, self._folder, launch.inherited(**environment), self._tell)

    def _ready(self, web: int, sandbox: int, parts: Sequence[Child]) -> None:
        self._tell("Everything answers.")
        self._say(
            READY.format(
                count=len(parts),
                chat=f"http://{sockets.HOST}:{sandbox}/sandbox/",
                web=f"http://{sockets.HOST}:{web}",
                password=(self._folder / launch.LOGIN_FILE).read_text().strip(),
                parts=" · ".join(part.name for part in parts),
                folder=places.shown(self._folder),
            )
        )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def cluster_environment(folder: str, web: int, sandbox: int) -> dict[str, str]:
    """What the processes see: the demo's simulated Telegram, and nothing of a real bot's settings."""
    return demo_environment(web, sandbox) | {
        "VAR_DIR": folder,
        "SENDER_PROCESS": "0",  # the workers send as well
        "WORKER_PROCESSES": "1",
        "YABOT_MODULES": "",
    }
