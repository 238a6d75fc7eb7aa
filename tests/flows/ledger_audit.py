"""Reads a bot process's database from outside, as an auditor would: plain SQL, no code of the bot."""

import sqlite3
from pathlib import Path


class Audit:
    """Questions to a SQLite file of a bot that may just have been killed."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def ask(self, sql: str, *values: object) -> list[tuple]:
        connection = sqlite3.connect(self._file, timeout=30)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def one(self, sql: str, *values: object) -> int:
        return int(self.ask(sql, *values)[0][0] or 0)

    def waiting(self) -> int:
        """What has not been worked off anywhere."""
        return (
            self.one("SELECT count(*) FROM core_inboundupdate WHERE state = 0")
            + self.one("SELECT count(*) FROM core_delivery WHERE dead_at IS NULL")
            + self.one("SELECT count(*) FROM core_outgoingmessage WHERE state IN (0, 1)")
        )

    def texts_in_all_rows(self) -> str:
        """Everything that stands in any text column of any table."""
        found: list[str] = []
        for (table,) in self.ask("SELECT name FROM sqlite_master WHERE type = 'table'"):
            found += [" ".join(map(str, row)) for row in self.ask(f'SELECT * FROM "{table}"')]
        return "\n".join(found)
