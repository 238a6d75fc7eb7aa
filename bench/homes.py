"""Where YABOT runs in a bench: an engine's server on fresh data, and the processes around it."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import Running, run
from bench.scenario import TOKEN
from yabot.demo import servers

ENGINES = ("sqlite", "postgres", "mongodb")
READY_SECONDS = 60.0
CLUSTER = {"SENDER_PROCESS": "0", "WORKER_PROCESSES": "1"}  # as in `make cluster`: the workers send as well


@dataclass
class Home:
    """A prepared installation: the environment of its processes, and the servers' process ids."""

    engine: str
    folder: Path
    environment: dict[str, str]
    server_ids: list[int] = field(default_factory=list)

    @contextlib.contextmanager
    def processes(self) -> Iterator[list[Running]]:
        """The bot, and with Redis two workers and beat that are ready before it starts; the bot is the first."""
        with contextlib.ExitStack() as stack:
            others = []
            if self.environment["REDIS_URL"]:
                others = [stack.enter_context(self._celery(name)) for name in ("worker1", "worker2", "beat")]
                for worker in others[:2]:
                    worker.wait_for_log(" ready.", seconds=READY_SECONDS)
            bot = Running("runbot", ["manage.py", "runbot"], folder=self.folder, environment=self.environment)
            yield [stack.enter_context(bot), *others]

    def _celery(self, name: str) -> Running:
        options = ["--hostname", f"{name}@%h"] if name != "beat" else []
        command = ["-m", "celery", "-A", "yabot", name.rstrip("12"), *options]
        return Running(name, command, folder=self.folder, environment=self.environment)


@contextlib.contextmanager
def home(engine: str = "sqlite", *, redis: bool = False) -> Iterator[Home]:
    """A migrated installation with the bench's content on a fresh server of this engine; durable, as in production."""
    with tempfile.TemporaryDirectory(prefix="yabot-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        place = Home(engine, folder, environment(folder))
        if engine != "sqlite":
            server = getattr(servers, engine)(folder / engine, database="yabot")
            stack.callback(server.stop)
            place.server_ids.append(server.process_id)
            place.environment["DATABASE_URL"] = server.url
        if redis:
            server = servers.valkey(folder / "valkey")
            stack.callback(server.stop)
            place.server_ids.append(server.process_id)
            place.environment |= {"REDIS_URL": server.url, **CLUSTER}
        run(["manage.py", "migrate", "--verbosity", "0"], environment=place.environment)
        run(["-m", "bench.content"], environment=place.environment)
        yield place


def environment(folder: Path) -> dict[str, str]:
    """An embedded installation, whatever the surrounding shell or ``.env`` says."""
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "REDIS_URL": "",
        "SECRET_KEY": "bench-" * 10,
        "DEBUG": "0",
        "SEND_RATE": "0",
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_URL": "",
        "YABOT_CRASH_AT": "",
        "YABOT_MODULES": "",
        "DJANGO_SETTINGS_MODULE": "yabot.settings",
    }
    return {**os.environ, **settings}
