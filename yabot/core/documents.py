"""``core/rows.py`` on MongoDB: the same promises, kept by bulk writes in the transaction of this thread.

Inside a transaction MongoDB ends everything at the first duplicate, so "insert where there is none" is an upsert.
"""

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from bson import Int64
from django.db import DatabaseError, IntegrityError, OperationalError, connection, models
from pymongo import UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError, PyMongoError

Row = Sequence[Any]
Model = type[models.Model]
_DUPLICATE = 11000
_LONG = {"BigIntegerField", "IntegerField", "PositiveIntegerField", "PositiveBigIntegerField"}


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _uuid(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


def _long(value: int | None) -> Int64 | None:
    return None if value is None else Int64(value)


def _naive(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None)


def _aware(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


def _same(value: Any) -> Any:
    return value


def _int(value: int | None) -> int | None:
    return None if value is None else int(value)


_READERS: dict[Callable[..., Any], Callable[[Any], Any]] = {_hex: _uuid, _naive: _aware, _long: _int}


@functools.cache
def _column(model: Model, name: str) -> tuple[str, Callable[[Any], Any]]:
    """The name in the document, and what makes a value of this column one that MongoDB keeps."""
    field = cast(Any, model._meta.get_field(name))
    kind = (field.target_field if field.is_relation else field).get_internal_type()
    if kind == "UUIDField":
        return field.column, _hex
    if kind == "DateTimeField":
        return field.column, _naive
    return field.column, (_long if kind in _LONG else _same)


def _collection(model: Model) -> Any:
    return cast(Any, connection).get_collection(model._meta.db_table)


@contextmanager
def _calls() -> Any:
    """Turn the driver's errors into Django's."""
    try:
        yield cast(Any, connection).session
    except BulkWriteError as error:
        raise (IntegrityError if _is_duplicate(error) else DatabaseError)(str(error)) from error
    except DuplicateKeyError as error:
        raise IntegrityError(str(error)) from error
    except AutoReconnect as error:
        raise OperationalError(str(error)) from error
    except PyMongoError as error:
        raise DatabaseError(str(error)) from error


def _is_duplicate(error: BulkWriteError) -> bool:
    return any(found.get("code") == _DUPLICATE for found in error.details.get("writeErrors", ()))


def _documents(model: Model, names: Sequence[str], rows: Sequence[Row]) -> list[dict[str, Any]]:
    columns = [_column(model, name) for name in names]
    stored = [map(write, values) for (_, write), values in zip(columns, zip(*rows, strict=True), strict=True)]
    keys = [column for column, _ in columns]
    return [dict(zip(keys, values, strict=True)) for values in zip(*stored, strict=True)]


def insert(model: Model, names: Sequence[str], rows: Sequence[Row]) -> None:
    """See ``rows.insert``."""
    with _calls() as session:
        _collection(model).insert_many(
            _documents(model, _complete(model, names), _filled(model, names, rows)), session=session
        )


@functools.cache
def _missing(model: Model, names: tuple[str, ...]) -> "tuple[models.Field[Any, Any], ...]":
    """The columns that ``names`` leaves out: MongoDB has no null by itself, so they are written too."""
    return tuple(
        field for field in model._meta.concrete_fields if field.name not in names and field.attname not in names
    )


def _complete(model: Model, names: Sequence[str]) -> tuple[str, ...]:
    return (*names, *(field.name for field in _missing(model, tuple(names))))


def _filled(model: Model, names: Sequence[str], rows: Sequence[Row]) -> Sequence[Row]:
    missing = _missing(model, tuple(names))
    if not missing:
        return rows
    return [(*row, *(field.get_default() for field in missing)) for row in rows]


def insert_new(model: Model, names: Sequence[str], rows: Sequence[Row], *, key: Sequence[str]) -> set[tuple[Any, ...]]:
    """See ``rows.insert_new``."""
    documents = _documents(model, _complete(model, names), _filled(model, names, rows))
    columns = [_column(model, name)[0] for name in key]
    orders = [_upsert(document, columns) for document in documents]
    places = [list(names).index(name) for name in key]
    with _calls() as session:
        done = _collection(model).bulk_write(orders, session=session)
    return {tuple(rows[place][at] for at in places) for place in (done.upserted_ids or {})}


def _upsert(document: dict[str, Any], columns: Collection[str]) -> UpdateOne:
    rest = {name: value for name, value in document.items() if name not in columns}
    return UpdateOne({name: document[name] for name in columns}, {"$setOnInsert": rest}, upsert=True)


def count_up(
    model: Model,
    names: Sequence[str],
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    column: str,
    returning: Sequence[str],
) -> list[tuple[Any, ...]]:
    """See ``rows.count_up``."""
    keys, counted = [_column(model, name)[0] for name in key], _column(model, column)[0]
    documents = _documents(model, _complete(model, names), _filled(model, names, rows))
    orders = [_addition(document, keys, counted) for document in documents]
    with _calls() as session:
        _collection(model).bulk_write(orders, session=session)
    wanted = [{name: document[name] for name in keys} for document in documents]
    match = {keys[0]: {"$in": [part[keys[0]] for part in wanted]}} if len(keys) == 1 else {"$or": wanted}
    return _read(model, returning, match)


def _addition(document: dict[str, Any], keys: Collection[str], counted: str) -> UpdateOne:
    rest = {name: value for name, value in document.items() if name not in keys and name != counted}
    change: dict[str, Any] = {"$inc": {counted: document[counted]}}
    if rest:
        change["$setOnInsert"] = rest
    return UpdateOne({name: document[name] for name in keys}, change, upsert=True)


def assign(
    model: Model, *, key: str, columns: Sequence[str], rows: Sequence[Row], only: Mapping[str, Any] | None = None
) -> int:
    """See ``rows.assign``."""
    guard = _match(model, only or {}) or {}
    name, _ = _column(model, key)
    orders = []
    for document in _documents(model, (key, *columns), rows):
        found = {**guard, name: document.pop(name)}
        orders.append(UpdateOne(found, {"$set": document}))
    with _calls() as session:
        return int(_collection(model).bulk_write(orders, ordered=False, session=session).matched_count)


def select(model: Model, names: Sequence[str], where: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """See ``rows.select``."""
    match = _match(model, where)
    return [] if match is None else _read(model, names, match)


def update(model: Model, changes: Mapping[str, Any], where: Mapping[str, Any]) -> int:
    """See ``rows.update``."""
    match = _match(model, where)
    if match is None:
        return 0
    (document,) = _documents(model, tuple(changes), [tuple(changes.values())])
    with _calls() as session:
        return int(_collection(model).update_many(match, {"$set": document}, session=session).matched_count)


def count_down(
    model: Model, where: Mapping[str, Any], *, column: str, by: int, returning: Sequence[str]
) -> tuple[Any, ...] | None:
    """See ``rows.count_down``."""
    match, (counted, write) = _match(model, where), _column(model, column)
    if match is None:
        return None
    enough, less = {**match, counted: {"$gte": write(by)}}, {"$inc": {counted: write(-by)}}
    with _calls() as session:
        if not _collection(model).update_one(enough, less, session=session).matched_count:
            return None
    return next(iter(_read(model, returning, match)), None)


def delete(model: Model, where: Mapping[str, Any]) -> int:
    """See ``rows.delete``."""
    match = _match(model, where)
    if match is None:
        return 0
    with _calls() as session:
        return int(_collection(model).delete_many(match, session=session).deleted_count)


def _match(model: Model, where: Mapping[str, Any]) -> dict[str, Any] | None:
    """What MongoDB is asked for; None when nothing can fit."""
    match: dict[str, Any] = {}
    for name, wanted in where.items():
        column, write = _column(model, name)
        if isinstance(wanted, list | tuple | set | frozenset | dict):
            if not wanted:
                return None
            match[column] = {"$in": [write(value) for value in wanted]}
        else:
            match[column] = None if wanted is None else write(wanted)
    return match


def _read(model: Model, names: Sequence[str], match: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    columns = [_column(model, name) for name in names]
    readers = [(column, _READERS.get(write, _same)) for column, write in columns]
    shown = {"_id": 0} | {column: 1 for column, _ in columns}
    with _calls() as session:
        found = list(_collection(model).find(match, shown, session=session))
    return [tuple(read(document.get(column)) for column, read in readers) for document in found]


def first(
    model: Model, names: Sequence[str], match: Mapping[str, Any], *, order: Sequence[str], limit: int
) -> list[tuple[Any, ...]]:
    """The first ``limit`` rows in ``order`` that ``match`` (MongoDB's own terms, values as MongoDB keeps them)."""
    columns = [_column(model, name) for name in names]
    readers = [(column, _READERS.get(write, _same)) for column, write in columns]
    shown = {"_id": 0} | {column: 1 for column, _ in columns}
    with _calls() as session:
        cursor = _collection(model).find(dict(match), shown, session=session)
        found = list(cursor.sort([(_column(model, name)[0], 1) for name in order]).limit(limit))
    return [tuple(read(document.get(column)) for column, read in readers) for document in found]


def stored(model: Model, name: str, value: Any) -> Any:
    """The value as MongoDB keeps it in this column."""
    return _column(model, name)[1](value)
