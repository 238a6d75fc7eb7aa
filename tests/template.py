"""Databases with every table, for tests that start processes: migrated once in each process of a run, then copied."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests import engine

SOME_REDIS = "redis://127.0.0.1:1"  # migrations do not ask it
ROOT = Path(__file__).resolve().parent.parent


def migrated_database(folder: Path, name: str = "bot", *, redis: str = "", written: str = "") -> str:
    """The address of a test's own database, with what migrations and this code wrote; with ``redis`` also beat's."""
    source = _template(SOME_REDIS if redis else "", written)
    if engine.ENGINE == "sqlite":
        made = engine.new_database(folder, name)
        shutil.copyfile(urlsplit(source).path, urlsplit(made).path)
        return made
    made = engine.new_database(folder, template=urlsplit(source).path.lstrip("/"))
    if engine.ENGINE == "mongodb":
        _copy_documents(source, made)
    return made


@cache
def _template(redis: str, written: str) -> str:
    folder = Path(tempfile.mkdtemp(prefix="yabot-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = migrated_database(folder, redis=redis) if written else engine.new_database(folder, "template")
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "only-for-migrations-" * 4, "VAR_DIR": str(folder)}
    environment["REDIS_URL"] = "" if written else redis
    command = [sys.executable, "manage.py", *(["shell", "-v0", "-c", written] if written else ["migrate", "-v0"])]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert not list(folder.glob("*-wal")), "a copy of the file would lack what is beside it"
    return url


def _copy_documents(source: str, made: str) -> None:
    from pymongo import IndexModel, MongoClient

    with MongoClient[Any](source) as client:
        old, new = (client[urlsplit(url).path.lstrip("/")] for url in (source, made))
        for collection in old.list_collections(filter={"name": {"$not": {"$regex": r"^system\."}}}):
            name = collection["name"]
            new.create_collection(name, **collection.get("options", {}))
            indexes = [dict(index) for index in old[name].list_indexes() if index["name"] != "_id_"]
            if indexes:
                new[name].create_indexes([_index(IndexModel, index) for index in indexes])
            documents = list(old[name].find({}))
            if documents:
                new[name].insert_many(documents)


def _index(made: Any, index: dict[str, Any]) -> Any:
    keys = list(index.pop("key").items())
    return made(keys, **{name: value for name, value in index.items() if name not in {"v", "ns"}})
