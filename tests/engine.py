"""Which database the tests run on: ``YABOT_TEST_ENGINE=sqlite|postgres|mongodb pytest …``.

Loaded before the settings are (``-p tests.engine``): it starts the server, once for all workers of a run, and ends it.
A server for MongoDB is one process in Python, and as busy as a worker is: there each worker has its own.
"""

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from yabot.demo import servers

ENGINES = ("sqlite", "postgres", "mongodb")
ENGINE = os.environ.get("YABOT_TEST_ENGINE", "sqlite")
sqlite_only = pytest.mark.skipif(ENGINE != "sqlite", reason="about a file, or about servers of its own")
servers_only = pytest.mark.skipif(ENGINE == "sqlite", reason="about a server that goes away, and a file does not")
KEEPS_SNAPSHOTS = ENGINE != "mongodb"
keeps_snapshots = pytest.mark.skipif(
    not KEEPS_SNAPSHOTS, reason="the test server's snapshot sessions see later writes, which mongod's do not"
)
postgres_only = pytest.mark.skipif(ENGINE != "postgres", reason="about PostgreSQL's connections and its words")
sql_only = pytest.mark.skipif(ENGINE == "mongodb", reason="looks at statements of SQL")
_SERVER_URL = "YABOT_TEST_SERVER"
_OURS = "YABOT_TEST_SERVER_IS_OURS"  # nobody gave one: it was started here, and is thrown away


def start() -> None:
    """Start the engine's server in the run's first process; workers find it by its address."""
    if ENGINE not in ENGINES:
        raise SystemExit(f"YABOT_TEST_ENGINE must be one of {', '.join(ENGINES)}; it is {ENGINE!r}")
    if ENGINE == "sqlite":
        return
    needs_its_own = ENGINE == "mongodb" and _OURS in os.environ and "PYTEST_XDIST_WORKER" in os.environ
    if _SERVER_URL not in os.environ or needs_its_own:
        folder = Path(tempfile.mkdtemp(prefix="yabot-tests-"))
        make = servers.postgres if ENGINE == "postgres" else servers.mongodb
        server = make(folder / ENGINE, database="yabot", durable=False)
        atexit.register(_end, server, folder)
        os.environ |= {_SERVER_URL: server.url, _OURS: "1"}
    os.environ["DATABASE_URL"] = os.environ[_SERVER_URL]


def pytest_configure(config: pytest.Config) -> None:
    """Let databases go with their server: PostgreSQL drops none that a thread still has a connection to."""
    config.option.reuse_db = ENGINE == "postgres" and _OURS in os.environ


def new_database(folder: Path, name: str = "bot", template: str = "") -> str:
    """The address of an empty database of a test's own; PostgreSQL copies the ``template``."""
    if ENGINE == "sqlite":
        return f"sqlite:///{folder / f'{name}.sqlite3'}"
    fresh = f"own_{secrets.token_hex(6)}"
    server = urlsplit(os.environ[_SERVER_URL])
    if ENGINE == "postgres":
        import psycopg

        with psycopg.connect(os.environ[_SERVER_URL], autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{fresh}"' + (f' TEMPLATE "{template}"' if template else ""))
    return urlunsplit(server._replace(path=f"/{fresh}", netloc=server.netloc or "postgres:@"))


def _end(server: servers.Server, folder: Path) -> None:
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


start()
