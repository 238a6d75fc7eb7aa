"""``django_mongodb_backend`` with a few differences.

* A unique index covers every row unless a column of it may be null. The backend makes it partial by ``$type``, and
  MongoDB's planner never uses such an index to find a row by its key: here it is partial by the type's least value.
* MongoDB takes a partial index only for a question about its first column, so the columns that its condition compares
  with one value lead: what waits in a queue is found by the queue's index.
* Fields that only repeat themselves are not added, and what is matched and sorted by a collection's own columns is so
  before anything is joined or left out: MongoDB sorts in memory after ``$unwind`` or ``$project``.
* "Is null" is written so that a partial index with the same condition is used, and may be a partial index's condition.
  That a date is not null is that it is one: an index of ``$exists`` would hold the nulls, too.
* Parts of a joined document are named ``{"event.type": …}``, which every server understands, instead of
  ``{"event": {"type": …}}``, where some put the value in the document's place.
* The calls that ``core/documents.py`` makes are in the log of statements, like the ORM's.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import NotSupportedError
from django.db.models import DateTimeField, Index
from django.db.models.lookups import IsNull
from django_mongodb_backend import indexes
from django_mongodb_backend.base import DatabaseWrapper as MongoDatabaseWrapper
from django_mongodb_backend.query_utils import process_lhs
from django_mongodb_backend.utils import OperationDebugWrapper
from pymongo.collection import Collection
from pymongo.operations import IndexModel

_make_index = indexes.get_pymongo_index_model


class DottedCollection(Collection[Any]):
    """A collection that asks for parts of documents by their dotted names."""

    def aggregate(self, pipeline: Any, *args: Any, **kwargs: Any) -> Any:
        """As the collection's."""
        return super().aggregate(sent(pipeline), *args, **kwargs)


def sent(pipeline: Any) -> list[dict[str, Any]]:
    """A pipeline as the server gets it."""
    stages: list[dict[str, Any]] = []
    for stage in map(_dotted, pipeline):
        if stage == {"$addFields": {}}:
            continue
        place = len(stages)
        while place and _may_precede(stage, stages[place - 1]):
            place -= 1
        stages.insert(place, stage)
    return stages


def _may_precede(stage: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether what a stage matches or sorts by is there before the other one, which is for each row."""
    if not stage.keys() & {"$match", "$sort"}:
        return False
    names = set(roots(stage))
    match other:
        case {"$lookup": {"as": made}} | {"$unwind": str(made)}:
            return made.lstrip("$") not in names
        case {"$set": made} | {"$addFields": made}:
            return names.isdisjoint(name.partition(".")[0] for name in made)
        case {"$project": shown}:
            return all(shown.get(name, name == "_id") in {1} for name in names)
    return False


def roots(part: Any) -> Iterator[str]:
    """The columns that a part of a question names, without what follows a dot."""
    if isinstance(part, Mapping):
        yield from (name.partition(".")[0] for name in part if not name.startswith("$"))
        part = list(part.values())
    if isinstance(part, list | tuple):
        for inner in part:
            yield from roots(inner)
    elif isinstance(part, str) and part.startswith("$"):
        yield part.lstrip("$").partition(".")[0]


def _dotted(stage: dict[str, Any]) -> dict[str, Any]:
    ((operator, named),) = stage.items() if len(stage) == 1 else (("", {}),)
    if operator not in {"$project", "$addFields"}:
        return stage
    flat: dict[str, Any] = {}
    for name, value in named.items():
        nested = isinstance(value, dict) and value and not any(part.startswith("$") for part in value)
        if operator == "$addFields" and value == f"${name}":
            continue
        flat |= {f"{name}.{part}": inner for part, inner in value.items()} if nested else {name: value}
    return {operator: flat}


class LoggedCollection(OperationDebugWrapper):
    """A collection whose writes and reads are logged, those of ``core/documents.py`` too."""

    def bulk_write(self, requests: Any, **kwargs: Any) -> Any:
        """As the collection's."""
        duration, answer = self.profile_call(self.wrapped.bulk_write, (requests,), kwargs)
        self.log("bulk_write", duration, (requests[:3],))
        return answer

    def find(self, *args: Any, **kwargs: Any) -> Any:
        """As the collection's; what is logged is the question, not its time."""
        self.log("find", 0.0, args[:1])
        return self.wrapped.find(*args, **kwargs)


class DatabaseWrapper(MongoDatabaseWrapper):
    """A connection to MongoDB."""

    mongo_operators: ClassVar[dict[str, Any]] = {
        **MongoDatabaseWrapper.mongo_operators,
        # Comparing with null in a match finds rows without the column too, and a range never finds null.
        "isnull": lambda column, is_null: {column: None} if is_null else {column: {"$ne": None}},
        "lt": lambda column, value: {column: {"$lt": value}},
        "lte": lambda column, value: {column: {"$lte": value}},
    }

    def get_collection(self, name: str, **kwargs: Any) -> Any:
        """The collection, logged where statements are."""
        collection = DottedCollection(self.database, name, **kwargs)
        return LoggedCollection(self, collection) if self.queries_logged else collection


_EARLIEST = datetime(1, 1, 1)  # noqa: DTZ001 - as the driver writes it
_null_in_path = IsNull.as_mql_path  # type: ignore[attr-defined]


def _date_in_path(self: IsNull, compiler: Any, connection: Any) -> dict[str, Any]:
    if self.rhs is False and isinstance(self.lhs.output_field, DateTimeField):
        return {process_lhs(self, compiler, connection): {"$gte": _EARLIEST}}
    found: dict[str, Any] = _null_in_path(self, compiler, connection)
    return found


def _null_in_index(self: IsNull, compiler: Any, connection: Any) -> dict[str, Any]:
    if self.rhs:
        return {self.lhs.target.column: {"$eq": None}}
    if not isinstance(self.lhs.output_field, DateTimeField):
        raise NotSupportedError("On MongoDB only an index of dates leaves out the rows without a value.")
    return {self.lhs.target.column: {"$gte": _EARLIEST}}


def _index_model(
    self: Index, model: Any, schema_editor: Any, field: Any = None, unique: bool = False, column_prefix: str = ""
) -> IndexModel | None:
    made: IndexModel | None = _make_index(self, model, schema_editor, field, unique, column_prefix)
    if made is None:
        return None
    if not unique:
        _lead_with_the_condition(made.document)
        return made
    columns = [field] if field else [model._meta.get_field(name) for name, _ in self.fields_orders]
    _compare_types(made.document, {column_prefix + column.column: column.null for column in columns})
    return made


_LEAST = {"int": -(2**31), "long": -(2**63), "string": ""}


def _compare_types(document: dict[str, Any], columns: dict[str, bool]) -> None:
    """Let a unique index hold every row with values in those of its columns that may be null."""
    partial = dict(document.pop("partialFilterExpression", {}))
    for column, is_nullable in columns.items():
        kept = dict(partial.pop(column, {}))
        if not is_nullable or kept.get("$type") in _LEAST:
            kind = kept.pop("$type", None)
            kept |= {"$gte": _LEAST[kind]} if is_nullable else {}
        if kept:
            partial[column] = kept
    if partial:
        document["partialFilterExpression"] = partial


def _lead_with_the_condition(document: dict[str, Any]) -> None:
    condition = document.get("partialFilterExpression", {})
    parts = condition.get("$and", [condition])
    equal = [name for part in parts for name, value in part.items() if isinstance(value, dict) and "$eq" in value]
    keys = dict(document["key"])
    document["key"] = {**{name: 1 for name in equal if name not in keys}, **keys}


IsNull.as_mql_path = _date_in_path  # type: ignore[attr-defined]
IsNull.as_mql_idx = _null_in_index  # type: ignore[attr-defined]
Index.get_pymongo_index_model = _index_model  # type: ignore[attr-defined]
