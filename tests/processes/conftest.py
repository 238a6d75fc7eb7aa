"""Redis for tests, and the processes of an installation that has outgrown one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.conftest import BotProcess, audit, sandbox, telegram, written  # noqa: F401 - fixtures
from tests.processes.crew import Crew
from tests.processes.valkey import Valkey
from yabot.sandbox.server import SandboxServer


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A real server, empty."""
    server = Valkey(tmp_path / "valkey").start()
    yield server
    server.stop()


@pytest.fixture
def bot_process(tmp_path: Path, telegram: SandboxServer, valkey: Valkey, written: str) -> BotProcess:  # noqa: F811
    """Commands on a migrated database, with beat's tables."""
    return BotProcess(tmp_path, telegram, written, REDIS_URL=valkey.url, VAR_DIR=str(tmp_path / "var"))


@pytest.fixture
def crew(tmp_path: Path, bot_process: BotProcess) -> Iterator[Crew]:
    """Nobody yet."""
    crew = Crew(tmp_path, bot_process)
    yield crew
    crew.kill_all()
