"""Many rows in one statement.

Django's ``bulk_create`` builds a model object and asks every field for every value, 20-30 µs a row: the hot path of
the bus writes a dozen rows for one reaction. These functions write plain tuples (4 µs a row on SQLite), always as
one statement for any batch the bus makes, and say what they did in the row counts.
"""

import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection, models

Row = Sequence[Any]
_PARAMETERS_A_STATEMENT = 32_000


@functools.cache
def _columns(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, str]:
    """The quoted table and the quoted column list of ``names``."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(cast(Any, model._meta.get_field(name)).column) for name in names)
    return quote(model._meta.db_table), columns


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


@functools.lru_cache(maxsize=256)  # a batch has one "now"
def _naive(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _flatten(rows: Sequence[Row]) -> list[Any]:
    """The parameters of all rows in order, in the form this engine stores."""
    width = len(rows[0])
    flat = [value for row in rows for value in row]
    if connection.vendor == "sqlite":
        for place in range(width):
            column = flat[place::width]
            sample = next((value for value in column if value is not None), None)
            if type(sample) is UUID:
                flat[place::width] = map(_hex, column)
            elif type(sample) is datetime:
                flat[place::width] = map(_naive, column)
    return flat


def insert(model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert ``rows`` (tuples in the order of ``names``; every other column must have a value of its own here).

    One statement up to 32,000 values. Raises IntegrityError when a row exists already: nothing is skipped silently.
    """
    if not rows:
        return
    table, columns = _columns(model, names)
    group = f"({', '.join(['%s'] * len(names))})"
    step = _PARAMETERS_A_STATEMENT // len(names)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            cursor.execute(f"INSERT INTO {table} ({columns}) VALUES {', '.join([group] * len(part))}", _flatten(part))


def insert_new(
    model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row], *, key: tuple[str, ...]
) -> set[tuple[Any, ...]]:
    """Insert those of ``rows`` whose ``key`` columns (a unique constraint) no row has yet; the keys of the new ones."""
    if not rows:
        return set()
    table, columns = _columns(model, names)
    keys = _columns(model, key)[1]
    values = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES {values} ON CONFLICT ({keys}) DO NOTHING RETURNING {keys}",
            _flatten(rows),
        )
        return set(cursor.fetchall())


def count_up(
    model: type[models.Model],
    names: tuple[str, ...],
    rows: Sequence[Row],
    *,
    key: tuple[str, ...],
    column: str,
    returning: tuple[str, ...],
) -> list[tuple[Any, ...]]:
    """Add each row's ``column`` to the row with the same ``key``, or insert it where there is none.

    One statement that locks what it changes; returns ``returning`` of every row as it is afterwards. Each key once.
    """
    if not rows:
        return []
    table, columns = _columns(model, names)
    keys, counted, answer = (_columns(model, part)[1] for part in (key, (column,), returning))
    values = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES {values} ON CONFLICT ({keys}) "
            f"DO UPDATE SET {counted} = {table}.{counted} + excluded.{counted} RETURNING {answer}",
            _flatten(rows),
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def assign(
    model: type[models.Model],
    *,
    key: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    only: Mapping[str, Any] | None = None,
) -> int:
    """Set ``columns`` of each row found by ``key`` to its own values: rows are (key, value, value, …). Row count."""
    if not rows:
        return 0
    table, _ = _columns(model, (key,))
    name = {part: _columns(model, (part,))[1] for part in {key, *columns, *(only or {})}}
    group = f"({', '.join(['%s'] * (1 + len(columns)))})"
    sets = ", ".join(f"{name[part]} = v.column{place}" for place, part in enumerate(columns, start=2))
    guard = "".join(f" AND {table}.{name[part]} = %s" for part in only or {})
    sql = (
        f"UPDATE {table} SET {sets} FROM (VALUES {', '.join([group] * len(rows))}) AS v "
        f"WHERE {table}.{name[key]} = v.column1{guard}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_flatten(rows), *(only or {}).values()])
        return int(cursor.rowcount)
