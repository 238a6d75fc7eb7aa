"""What MongoDB does for a question, by its rules and the indexes that the server really has.

The explain of the server of the tests says nothing of mongod's: it takes no index for a range or for an "or", and takes
one that holds only other rows. So the rules of MongoDB's manual decide: an index is taken when its first column is
compared with values, for each branch of an "or", and a partial one when its condition is among the question's; the
order is the index's own after columns that are equal.
"""

import operator as compare
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from yabot.mongo.backend.base import roots, sent

EQUAL, RANGE = "equal", "range"
_OPERATORS = {"$eq": EQUAL, "$in": EQUAL, "$gt": RANGE, "$gte": RANGE, "$lt": RANGE, "$lte": RANGE}
_COMPARE = {"$gt": compare.gt, "$gte": compare.ge, "$lt": compare.lt, "$lte": compare.le}
_NO_ORDER_AFTER = {"$addFields", "$group", "$project", "$set", "$unwind"}  # no index has the order of a later $sort
_NOTHING = object()  # equal to nothing, not even to null
Match = Mapping[str, Any]
Order = list[tuple[str, int]]
Index = tuple[Order, Match]


@dataclass(slots=True)
class Question:
    """What is asked of one collection: all of it or its first rows. ``order``: what no index has is named ``$…``."""

    table: str
    match: Match
    order: Order = field(default_factory=list)
    is_limited: bool = False

    def problem(self, unselective: Collection[str]) -> str:
        """What reads or sorts more of it the more there is; nothing when an index does it."""
        indexes = _indexes(self.table)
        if not self.match:
            in_order = not self.order or any(_is_order(keys, 0, self.order) for keys, _partial in indexes)
            return "" if self.is_limited and in_order else f"COLLSCAN: {self.table}"
        if self._is_queue(indexes):
            return ""
        if not all(_is_found(branch, indexes) for branch in _branches(self.match)):
            return f"COLLSCAN: {self.table}"
        return "" if not self.order or self._is_ordered(indexes, unselective) else f"SORT: {self.table}"

    def _is_queue(self, indexes: list[Index]) -> bool:
        """Whether an index of only the rows that are asked for has them in the order that is asked for."""
        served = [keys for keys, partial in indexes if partial and _is_partial_served(partial, self.match)]
        return any(_is_order(keys, 0, self.order) for keys in served)

    def _is_ordered(self, indexes: list[Index], unselective: Collection[str]) -> bool:
        """Whether what is found comes in its order, or is little: what one thing has, or what waits in a queue."""
        found = _bounds(self.match)
        equal = {name for name, kind in found.items() if kind == EQUAL}
        if equal - set(unselective):
            return True
        for keys, partial in indexes:
            if _is_partial_served(partial, self.match) and partial and keys[0][0] in found:
                return True
            begun = 0
            while begun < len(keys) and keys[begun][0] in equal:
                begun += 1
            if _is_order(keys, begun, self.order):
                return True
        return False


def _indexes(table: str) -> list[Index]:
    """The keys of each index, and the condition of its rows."""
    made = connection.database[table].index_information()  # type: ignore[attr-defined]
    return [(list(index["key"]), index.get("partialFilterExpression", {})) for index in made.values()]


def _is_order(keys: Order, begun: int, order: Order) -> bool:
    """Whether an index that is equal in its first columns goes on in this order, or in its reverse."""
    rest = keys[begun : begun + len(order)]
    return bool(order) and rest in (order, [(name, -way) for name, way in order])


def _is_found(match: Match, indexes: list[Index]) -> bool:
    bound = _bounds(match)
    return any(keys[0][0] in bound and _is_partial_served(partial, match) for keys, partial in indexes)


def _is_partial_served(partial: Match, match: Match) -> bool:
    """Whether the condition of an index is among those of the question."""
    asked = list(_conditions(match))
    return all(
        any(_implies(other, value) for name_, other in asked if name_ == name) for name, value in _conditions(partial)
    )


def _implies(asked: Any, held: Any) -> bool:
    """Whether every value that is asked for is one that the index holds."""
    ((wanted, bound),) = _compared(held).items()
    given = _compared(asked)
    if "$in" in given:
        return all(_implies(value, held) for value in given["$in"])
    if wanted == "$eq":
        return given.get("$eq", _NOTHING) == bound
    holds = _COMPARE.get(wanted, lambda value, limit: False)  # $type: no question finds its rows by such an index
    return any(name in ("$eq", wanted) and value is not None and holds(value, bound) for name, value in given.items())


def _compared(value: Any) -> Match:
    """A condition with its operators; without any it is one value."""
    return value if isinstance(value, Mapping) and any(part.startswith("$") for part in value) else {"$eq": value}


def _branches(match: Match) -> list[Match]:
    """A question as several without "or" at its top."""
    for name, value in _conditions(match):
        if name == "$or":
            others = [{n: v} for n, v in _conditions(match) if n != "$or"]
            return [{"$and": [*others, branch]} for branch in value]
    return [match]


def _conditions(match: Match) -> Iterator[tuple[str, Any]]:
    for name, value in match.items():
        if name == "$and":
            for part in value:
                yield from _conditions(part)
        else:
            yield name, value


def _bounds(match: Match) -> dict[str, str]:
    """The columns that the question is about, and whether it wants one value of them or a range."""
    found: dict[str, str] = {}
    for name, value in _conditions(match):
        for column, kind in _of_expression(value) if name == "$expr" else _of_column(name, value):
            if found.get(column) != EQUAL:
                found[column] = kind
    return found


def _of_column(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if name.startswith("$"):
        return
    if not isinstance(value, dict) or not any(part.startswith("$") for part in value):
        yield name, EQUAL
        return
    for operator in value:
        if operator in _OPERATORS:
            yield name, _OPERATORS[operator]
        elif operator == "$regex" and str(value[operator]).startswith("^"):
            yield name, RANGE


def _of_expression(value: Any) -> Iterator[tuple[str, str]]:
    """MongoDB takes an index for comparisons inside $expr, with values and with an outer row's columns."""
    if not isinstance(value, dict):
        return
    for operator, parts in value.items():
        if operator == "$and":
            for part in parts:
                yield from _of_expression(part)
        elif operator in _OPERATORS and operator != "$in":
            columns = [part[1:] for part in parts if isinstance(part, str) and re.match(r"\$[^$]", part)]
            yield from ((column, _OPERATORS[operator]) for column in columns[:1])


def of_pipeline(table: str, pipeline: list[dict[str, Any]]) -> Iterator[Question]:
    """The questions in an aggregation: its own, and one for each row or page of what it joins."""
    asked, joined, is_late = Question(table, {}), set(), False
    local: list[Match] = []
    for stage in pipeline:
        ((operator, value),) = stage.items()
        if operator == "$lookup":
            joined.add(value["as"])
            yield from _of_lookup(value)
        elif operator == "$match":
            local += [{n: v} for n, v in _conditions(value) if joined.isdisjoint(roots({n: v}))]
        elif operator == "$sort":
            asked.order = [(f"${name}" if is_late else name, way) for name, way in value.items()]
        elif operator == "$limit":
            asked.is_limited = True
        is_late |= operator in _NO_ORDER_AFTER
    asked.match = {"$and": local} if local else {}
    yield asked


def _of_lookup(value: dict[str, Any]) -> Iterator[Question]:
    inner: list[dict[str, Any]] = list(value.get("pipeline", []))
    if "localField" in value:
        inner.insert(0, {"$match": {value["foreignField"]: 0}})
    yield from of_pipeline(value["from"], inner)


class _Watched:
    """A collection whose every question is noted before it is asked."""

    def __init__(self, collection: Any, note: Any) -> None:
        self._collection, self._note = collection, note

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def aggregate(self, pipeline: Any, *args: Any, **kwargs: Any) -> Any:
        for question in of_pipeline(self._collection.name, sent(pipeline)):
            self._note(question, sent(pipeline))
        return self._collection.aggregate(pipeline, *args, **kwargs)

    def find(self, match: Any = None, *args: Any, **kwargs: Any) -> Any:
        self._note(Question(self._collection.name, match or {}), match)
        return self._collection.find(match, *args, **kwargs)

    def update_many(self, match: Any, *args: Any, **kwargs: Any) -> Any:
        self._note(Question(self._collection.name, match), match)
        return self._collection.update_many(match, *args, **kwargs)

    def delete_many(self, match: Any, *args: Any, **kwargs: Any) -> Any:
        self._note(Question(self._collection.name, match), match)
        return self._collection.delete_many(match, *args, **kwargs)

    def bulk_write(self, requests: Any, **kwargs: Any) -> Any:
        for request in requests[:1]:  # they differ in their values only
            self._note(Question(self._collection.name, request._filter), request._filter)
        return self._collection.bulk_write(requests, **kwargs)


@contextmanager
def noted(note: Any) -> Iterator[None]:
    """Call ``note`` with every question in the block, and what it was part of."""
    wrapper: Any = connection
    given = wrapper.get_collection
    wrapper.get_collection = lambda name, **kwargs: _Watched(given(name, **kwargs), note)
    try:
        yield
    finally:
        del wrapper.get_collection
