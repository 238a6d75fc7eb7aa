"""``django_mongodb_backend`` with a few differences.

* A unique index covers every row unless a column of it may be null. The backend makes it partial by ``$type``, and
  MongoDB's planner never uses such an index to find a row by its key.
* "Is null" is written so that a partial index with the same condition is used, and may be a partial index's condition.
* Parts of a joined document are named ``{"event.type": …}``, which every server understands, instead of
  ``{"event": {"type": …}}``, where some put the value in the document's place.
* The calls that ``core/documents.py`` makes are in the log of statements, like the ORM's.
"""

from typing import Any, ClassVar

from django.db.models import Index
from django.db.models.lookups import IsNull
from django_mongodb_backend import indexes
from django_mongodb_backend.base import DatabaseWrapper as MongoDatabaseWrapper
from django_mongodb_backend.utils import OperationDebugWrapper
from pymongo.collection import Collection
from pymongo.operations import IndexModel

_make_index = indexes.get_pymongo_index_model


class DottedCollection(Collection[Any]):
    """A collection that asks for parts of documents by their dotted names."""

    def aggregate(self, pipeline: Any, *args: Any, **kwargs: Any) -> Any:
        """As the collection's."""
        return super().aggregate([_dotted(stage) for stage in pipeline], *args, **kwargs)


def _dotted(stage: dict[str, Any]) -> dict[str, Any]:
    ((operator, named),) = stage.items() if len(stage) == 1 else (("", {}),)
    if operator not in {"$project", "$addFields"}:
        return stage
    flat: dict[str, Any] = {}
    for name, value in named.items():
        nested = isinstance(value, dict) and value and not any(part.startswith("$") for part in value)
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


def _null_in_index(self: IsNull, compiler: Any, connection: Any) -> dict[str, Any]:
    column = self.lhs.target.column
    return {column: {"$eq": None}} if self.rhs else {column: {"$exists": True}}


def _index_model(
    self: Index, model: Any, schema_editor: Any, field: Any = None, unique: bool = False, column_prefix: str = ""
) -> IndexModel | None:
    made: IndexModel | None = _make_index(self, model, schema_editor, field, unique, column_prefix)
    if made is None or not unique:
        return made
    columns = [field] if field else [model._meta.get_field(name) for name, _ in self.fields_orders]
    if not any(column.null for column in columns):
        _drop_types(made.document, [column_prefix + column.column for column in columns])
    return made


def _drop_types(document: dict[str, Any], columns: list[str]) -> None:
    """Take the ``$type`` conditions out of a partial index; without any condition it is not partial."""
    partial = dict(document.pop("partialFilterExpression", {}))
    for column in columns:
        kept = {operator: value for operator, value in partial.pop(column, {}).items() if operator != "$type"}
        if kept:
            partial[column] = kept
    if partial:
        document["partialFilterExpression"] = partial


IsNull.as_mql_idx = _null_in_index  # type: ignore[attr-defined]
Index.get_pymongo_index_model = _index_model  # type: ignore[attr-defined]
