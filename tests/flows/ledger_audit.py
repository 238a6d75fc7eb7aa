"""Reads a bot process's database from outside, as an auditor would: plain SQL, no code of the bot."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

WAITING = {  # what has not been worked off: by table, for SQL and for MongoDB
    "core_inboundupdate": ("state = 0", {"state": 0}),
    "core_delivery": ("dead_at IS NULL", {"dead_at": None}),
    "core_outgoingmessage": ("state IN (0, 1)", {"state": {"$in": [0, 1]}}),
}


class Asked(Protocol):
    """A connection of a database driver."""

    def execute(self, sql: str, values: Sequence[object] = ...) -> Any: ...


class Audit:
    """Questions to the database at this address, whose bot may just have been killed."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, sql: str, *values: object) -> list[tuple]:
        with self._open(sql) as connection:
            found = connection.execute(sql, values) if values else connection.execute(sql)
            return [tuple(row) for row in found.fetchall()]

    def one(self, sql: str, *values: object) -> int:
        return int(self.ask(sql, *values)[0][0] or 0)

    def waiting(self) -> int:
        """What has not been worked off anywhere. Doubtful messages do not count: they may be tried once more later."""
        if self._url.startswith("mongodb"):  # counted there: a copy of everything, again and again, slows the bot down
            from pymongo import MongoClient

            with MongoClient[Any](self._url) as client:
                database = client.get_default_database()
                return sum(database[table].count_documents(query) for table, (_, query) in WAITING.items())
        return sum(self.one(f"SELECT count(*) FROM {table} WHERE {sql}") for table, (sql, _) in WAITING.items())

    def texts_in_all_rows(self) -> str:
        """Everything that stands in any text column of any table."""
        with self._open() as connection:
            found = [
                str(row) for table in _tables(connection) for row in connection.execute(f'SELECT * FROM "{table}"')
            ]
        return "\n".join(found)

    @contextmanager
    def _open(self, sql: str = "") -> Iterator[Asked]:
        if self._url.startswith("sqlite"):
            with closing(sqlite3.connect(urlsplit(self._url).path, timeout=30)) as connection:
                yield connection
        elif self._url.startswith("mongodb"):
            with closing(_copied(self._url, sql)) as connection:
                yield connection
        else:
            import psycopg

            with psycopg.connect(self._url) as connected:
                yield connected  # type: ignore[misc]


def _tables(connection: Asked) -> list[str]:
    if isinstance(connection, sqlite3.Connection):
        asked = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        asked = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    return [name for (name,) in connection.execute(asked).fetchall()]


def _copied(url: str, sql: str) -> sqlite3.Connection:
    """A MongoDB as it is now, copied into tables that SQL can be asked of: all, or those that ``sql`` names."""
    from django.apps import apps
    from pymongo import MongoClient

    copy = sqlite3.connect(":memory:")
    keys = {model._meta.db_table: model._meta.pk.attname for model in apps.get_models() if model._meta.pk}
    with MongoClient[Any](url) as client:
        database = client.get_default_database()
        for name in database.list_collection_names():
            if sql and name not in sql:  # a copy of everything takes long
                continue
            documents = list(database[name].find({}))
            columns = list({column: None for document in documents for column in document}) or ["_id"]
            named = [keys.get(name, "id") if column == "_id" else column for column in columns]
            names = ", ".join(f'"{column}"' for column in named)
            copy.execute(f'CREATE TABLE "{name}" ({names})')
            places = ", ".join("?" * len(columns))
            values = [[_plain(document.get(column)) for column in columns] for document in documents]
            copy.executemany(f'INSERT INTO "{name}" VALUES ({places})', values)
        _add_empty_tables(copy)
    return copy


def _add_empty_tables(copy: sqlite3.Connection) -> None:
    """MongoDB has no columns without rows: a question to an empty table is answered with nothing."""
    from django.apps import apps

    for model in apps.get_models():
        table = model._meta.db_table
        there = {row[1] for row in copy.execute(f'PRAGMA table_info("{table}")')}
        columns = [field.attname for field in model._meta.concrete_fields]
        if not there:
            names = ", ".join(f'"{column}"' for column in columns)
            copy.execute(f'CREATE TABLE "{table}" ({names})')
        for column in columns if there else ():
            if column not in there:
                copy.execute(f'ALTER TABLE "{table}" ADD COLUMN "{column}"')


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str | bytes) else str(value)
