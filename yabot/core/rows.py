"""Many rows in one statement.

Django's ``bulk_create`` builds a model object and asks every field for every value, 20-30 µs a row: the hot path of
the bus writes a dozen rows for one reaction. These functions write plain tuples (4 µs a row on SQLite), always as
one statement for any batch the bus makes, and say what they did in the row counts.
"""

import functools
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db import connection, models

from yabot.core.ids import from_hex

if TYPE_CHECKING or connection.vendor == "mongodb":
    from yabot.core import documents

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


def _groups(width: int, count: int) -> str:
    """``(%s, %s), (%s, %s)`` for two rows of two values."""
    return ", ".join([f"({', '.join(['%s'] * width)})"] * count)


def _execute(cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
    """``cursor.execute`` without Django's search through thousands of placeholders, a tenth of a batch's time.

    Whoever watches the statements (tests, the debug log) gets the usual way.
    """
    raw = getattr(cursor, "cursor", None)
    if not isinstance(raw, sqlite3.Cursor) or connection.queries_logged or connection.execute_wrappers:
        cursor.execute(sql, parameters)
        return
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        sqlite3.Cursor.execute(raw, sql.replace("%s", "?"), parameters)


def insert(model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert ``rows`` (tuples in the order of ``names``; every other column must have a value of its own here).

    One statement up to 32,000 values. Raises IntegrityError when a row exists already: nothing is skipped silently.
    """
    if not rows:
        return
    if connection.vendor == "mongodb":
        documents.insert(model, names, rows)
        return
    table, columns = _columns(model, names)
    step = _PARAMETERS_A_STATEMENT // len(names)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            _execute(cursor, f"INSERT INTO {table} ({columns}) VALUES {_groups(len(names), len(part))}", _flatten(part))


def insert_new(
    model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row], *, key: tuple[str, ...]
) -> set[tuple[Any, ...]]:
    """Insert those of ``rows`` whose ``key`` columns (a unique constraint) no row has yet; the keys of the new ones."""
    if not rows:
        return set()
    if connection.vendor == "mongodb":
        return documents.insert_new(model, names, rows, key=key)
    table, columns = _columns(model, names)
    keys = _columns(model, key)[1]
    values = _groups(len(names), len(rows))
    with connection.cursor() as cursor:
        _execute(
            cursor,
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
    if connection.vendor == "mongodb":
        return documents.count_up(model, names, rows, key=key, column=column, returning=returning)
    table, columns = _columns(model, names)
    keys, counted, answer = (_columns(model, part)[1] for part in (key, (column,), returning))
    values = _groups(len(names), len(rows))
    with connection.cursor() as cursor:
        _execute(
            cursor,
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
    if connection.vendor == "mongodb":
        return documents.assign(model, key=key, columns=columns, rows=rows, only=only)
    table, _ = _columns(model, (key,))
    name = {part: _columns(model, (part,))[1] for part in {key, *columns, *(only or {})}}
    value = _typed if connection.vendor == "postgresql" else _untyped
    sets = ", ".join(f"{name[part]} = {value(model, part, place)}" for place, part in enumerate(columns, start=2))
    guard = "".join(f" AND {table}.{name[part]} = %s" for part in only or {})
    sql = (
        f"UPDATE {table} SET {sets} FROM (VALUES {_groups(1 + len(columns), len(rows))}) AS v "
        f"WHERE {table}.{name[key]} = {value(model, key, 1)}{guard}"
    )
    with connection.cursor() as cursor:
        _execute(cursor, sql, [*_flatten(rows), *(only or {}).values()])
        return int(cursor.rowcount)


def _untyped(model: type[models.Model], name: str, place: int) -> str:
    return f"v.column{place}"


def _typed(model: type[models.Model], name: str, place: int) -> str:
    """PostgreSQL takes a column of nothing but nulls for text."""
    return f"CAST(v.column{place} AS {cast(Any, model._meta.get_field(name)).rel_db_type(connection)})"


Where = Mapping[str, Any]


def select(model: type[models.Model], names: tuple[str, ...], where: Where) -> list[tuple[Any, ...]]:
    """The columns ``names`` of the rows ``where`` (a value, a collection of values, or None for each column named)."""
    if connection.vendor == "mongodb":
        return documents.select(model, names, where)
    found = _where(model, where)
    if found is None:
        return []
    table, columns = _columns(model, names)
    with connection.cursor() as cursor:
        _execute(cursor, f"SELECT {columns} FROM {table}{found[0]}", found[1])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return with_uuids(rows, _uuid_places(model, names))


def update(model: type[models.Model], changes: Mapping[str, Any], where: Where) -> int:
    """Set the same values in every row ``where``; how many."""
    if connection.vendor == "mongodb":
        return documents.update(model, changes, where)
    found = _where(model, where)
    if found is None:
        return 0
    table, _ = _columns(model, ())
    sets = ", ".join(f"{_columns(model, (name,))[1]} = %s" for name in changes)
    with connection.cursor() as cursor:
        _execute(cursor, f"UPDATE {table} SET {sets}{found[0]}", [*_stored(changes.values()), *found[1]])
        return int(cursor.rowcount)


def count_down(
    model: type[models.Model], where: Where, *, column: str, by: int, returning: tuple[str, ...]
) -> tuple[Any, ...] | None:
    """Take ``by`` from the ``column`` of the one row ``where``, unless that would leave less than nothing.

    ``returning`` of the row as it is afterwards; None when nothing was taken. One statement that locks what it changes.
    """
    if connection.vendor == "mongodb":
        return documents.count_down(model, where, column=column, by=by, returning=returning)
    found = _where(model, where)
    if found is None:
        return None
    table, counted = _columns(model, (column,))
    answer = _columns(model, returning)[1]
    sql = f"UPDATE {table} SET {counted} = {counted} - %s{found[0]} AND {counted} >= %s RETURNING {answer}"
    with connection.cursor() as cursor:
        _execute(cursor, sql, [by, *found[1], by])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return next(iter(with_uuids(rows, _uuid_places(model, returning))), None)


def delete(model: type[models.Model], where: Where) -> int:
    """Delete the rows ``where``, of a model nothing points to; how many."""
    if connection.vendor == "mongodb":
        return documents.delete(model, where)
    found = _where(model, where)
    if found is None:
        return 0
    table, _ = _columns(model, ())
    with connection.cursor() as cursor:
        _execute(cursor, f"DELETE FROM {table}{found[0]}", found[1])
        return int(cursor.rowcount)


def _where(model: type[models.Model], where: Where) -> tuple[str, list[Any]] | None:
    """The condition in SQL, and its parameters; None when nothing can fit."""
    tests, parameters = [], []
    for name, wanted in where.items():
        column = _columns(model, (name,))[1]
        if wanted is None:
            tests.append(f"{column} IS NULL")
        elif isinstance(wanted, list | tuple | set | frozenset | dict):
            if not wanted:
                return None
            tests.append(f"{column} IN ({', '.join(['%s'] * len(wanted))})")
            parameters += _stored(wanted)
        else:
            tests.append(f"{column} = %s")
            parameters += _stored([wanted])
    return " WHERE " + " AND ".join(tests) if tests else "", parameters


def _stored(values: Iterable[Any]) -> list[Any]:
    """Values in the form this engine stores."""
    if connection.vendor != "sqlite":
        return list(values)
    return [_hex(v) if type(v) is UUID else _naive(v) if type(v) is datetime else v for v in values]


@functools.cache
def _uuid_places(model: type[models.Model], names: tuple[str, ...]) -> tuple[int, ...]:
    """Which of these columns are ids that SQLite gives back as text."""
    found = (cast(Any, model._meta.get_field(name)) for name in names)
    kinds = [field.target_field if field.is_relation else field for field in found]
    return tuple(place for place, field in enumerate(kinds) if isinstance(field, models.UUIDField))


def with_uuids(rows: list[tuple[Any, ...]], places: Sequence[int]) -> list[tuple[Any, ...]]:
    """The rows with the text in ``places`` made ids again, where the engine has no type for them."""
    if not places or not rows or connection.vendor != "sqlite":
        return rows
    columns: list[Any] = list(zip(*rows, strict=True))
    for place in places:
        columns[place] = [None if value is None else from_hex(value) for value in columns[place]]
    return list(zip(*columns, strict=True))
