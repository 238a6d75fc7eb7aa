"""Queries that Django compiles once and the hot path runs many times.

Building and compiling a queryset with a subquery costs Django about a millisecond, ten times what the database needs
to answer it; a chain asks it three times. A prepared query keeps what Django compiled for this connection, with the
places where the values go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet, UUIDField

from yabot.core.rows import with_uuids

_SQL = {"sqlite", "postgresql"}


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What Django made of a queryset on one connection."""

    sql: str
    parameters: tuple[Any, ...]
    places: Mapping[str, tuple[int, ...]]
    compiler: Any
    converters: Any
    uuids: tuple[int, ...]


class Prepared:
    """A ``values_list`` queryset as a function of named values.

    ``samples`` are values that stand for themselves nowhere else in the query: they mark the places. On engines without
    SQL the queryset is simply built each time.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **samples: Any) -> None:
        self._build = build
        self._samples = samples

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values."""
        if connection.vendor not in _SQL:
            return list(self._build(**values))
        compiled = self._compiled()
        parameters = list(compiled.parameters)
        for name, places in compiled.places.items():
            value = _adapted(values[name])
            for place in places:
                parameters[place] = value
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, parameters)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        found = with_uuids(found, compiled.uuids)
        if not found or not compiled.converters:
            return found
        return [tuple(row) for row in compiled.compiler.apply_converters(found, compiled.converters)]

    def _compiled(self) -> _Compiled:
        known: dict[int, _Compiled] = connection.__dict__.setdefault("_yabot_prepared", {})
        if id(self) not in known:
            known[id(self)] = self._compile()
        return known[id(self)]

    def _compile(self) -> _Compiled:
        compiler: Any = self._build(**self._samples).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters(expression for expression, _, _ in compiler.select)
        marks = {name: _adapted(sample) for name, sample in self._samples.items()}
        places = {
            name: tuple(
                place for place, value in enumerate(parameters) if isinstance(value, type(mark)) and value == mark
            )
            for name, mark in marks.items()
        }
        missing = [name for name, found in places.items() if not found]
        if missing:
            raise ValueError(f"the query does not use {', '.join(missing)}")
        uuids = tuple(place for place, (_, field) in converters.items() if isinstance(field.output_field, UUIDField))
        others = {place: converter for place, converter in converters.items() if place not in uuids}
        return _Compiled(sql, tuple(parameters), places, compiler, others, uuids)


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
