"""Questions and answers as JSON: typed dataclasses there and back, strictly, and the schema that describes them.

Reading trusts nobody: what does not have the declared types is refused with its place.
"""

import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

_PLAIN = (str, int, float, bool, type(None))
_TEXTS: dict[Any, tuple[Callable[[str], Any], str]] = {
    UUID: (UUID, "uuid"),
    datetime: (datetime.fromisoformat, "date-time"),
}
_SCHEMAS = {str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}}


class CodecError(ValueError):
    """JSON that is not what was declared. ``place`` is its path, such as ``user_ids.3``."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place or 'body'}: {problem}")
        self.place, self.problem = place, problem


def to_json(value: Any) -> Any:
    """The value as what JSON knows; keys of a dict become texts."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _PLAIN):
        return value
    if is_dataclass(value):
        return {part.name: to_json(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(to_json(key)): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot travel between modules")


def from_json(kind: Any, data: Any, place: str = "") -> Any:
    """``data`` as a ``kind``. Raises CodecError."""
    return _reader(kind)(data, place)


Read = Callable[[Any, str], Any]


@functools.cache
def _reader(kind: Any) -> Read:
    """What reads values of this type."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _optional(kind)
    if origin is tuple:
        return functools.partial(_read_list, typing.get_args(kind)[0])
    if origin is dict:
        return functools.partial(_read_dict, *typing.get_args(kind))
    if kind in _TEXTS:
        return functools.partial(_read_text, _TEXTS[kind][0])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return functools.partial(_read_text, kind)
    if is_dataclass(kind):
        return functools.partial(_read_dataclass, kind)
    return functools.partial(_read_plain, kind)


def _optional(kind: Any) -> Read:
    (inner,) = (part for part in typing.get_args(kind) if part is not type(None))

    def read(data: Any, place: str) -> Any:
        return None if data is None else from_json(inner, data, place)

    return read


def _read_list(item: Any, data: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise CodecError(place, "must be a list")
    return tuple(from_json(item, part, _below(place, number)) for number, part in enumerate(data))


def _read_dict(key: Any, item: Any, data: Any, place: str) -> dict[Any, Any]:
    if not isinstance(data, dict):
        raise CodecError(place, "must be an object")
    return {_read_key(key, name, place): from_json(item, part, _below(place, name)) for name, part in data.items()}


def _read_key(kind: Any, name: str, place: str) -> Any:
    """Keys are texts in JSON; ours may be numbers and ids."""
    try:
        return from_json(kind, int(name) if kind is int else name, place)
    except ValueError:
        raise CodecError(_below(place, name), "is no such key") from None


def _read_text(read: Callable[[str], Any], data: Any, place: str) -> Any:
    try:
        if isinstance(data, str):
            return read(data)
    except ValueError:
        pass
    raise CodecError(place, "cannot be read")


def _read_dataclass(kind: Any, data: Any, place: str) -> Any:
    if not isinstance(data, dict):
        raise CodecError(place, "must be an object")
    types_of = field_types(kind)
    for name in data:
        if name not in types_of:
            raise CodecError(_below(place, name), "is not known here")
    values = {}
    for part in fields(kind):
        if part.name in data:
            inside = _below(place, part.name)
            values[part.name] = from_json(types_of[part.name], data[part.name], inside)
            _check_bounds(part.metadata, values[part.name], inside)
        elif _is_required(part):
            raise CodecError(_below(place, part.name), "is missing")
    return kind(**values)


def _is_required(part: Field[Any]) -> bool:
    return part.default is MISSING and part.default_factory is MISSING


@functools.cache
def field_types(kind: Any) -> dict[str, Any]:
    """The types of a dataclass's fields."""
    return typing.get_type_hints(kind)


def _check_bounds(bounds: Mapping[str, Any], value: Any, place: str) -> None:
    """What JSON schema says of a field beyond its type."""
    for name, bound in bounds.items():
        measured, word, sign = _BOUNDS[name]
        size = len(value) if measured else value
        if (size - bound) * sign < 0:
            raise CodecError(place, f"{word} {bound}")


_BOUNDS = {  # whether the length is meant, in words, and which side is the good one
    "minimum": (False, "must be at least", 1),
    "maximum": (False, "must be at most", -1),
    "minLength": (True, "must not be shorter than", 1),
    "maxLength": (True, "must not be longer than", -1),
    "maxItems": (True, "must not be longer than", -1),
}


def _read_plain(kind: Any, data: Any, place: str) -> Any:
    if kind is float and type(data) is int:
        return float(data)
    if type(data) is not kind:
        raise CodecError(place, f"must be a {kind.__name__}")
    if kind is int and not -(2**63) <= data < 2**63:
        raise CodecError(place, "is too large")
    if kind is str and not _can_be_kept(data):
        raise CodecError(place, "has characters that no database keeps")
    return data


def _can_be_kept(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _below(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON schema of a type, for the API's document."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (part for part in typing.get_args(kind) if part is not type(None))
        return {**schema_of(inner), "nullable": True}
    if origin is tuple:
        return {"type": "array", "items": schema_of(typing.get_args(kind)[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(typing.get_args(kind)[1])}
    if kind in _TEXTS:
        return {"type": "string", "format": _TEXTS[kind][1]}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": [member.value for member in kind]}
    if kind in _SCHEMAS:
        return dict(_SCHEMAS[kind])
    return _object_schema(kind)


def _object_schema(kind: Any) -> dict[str, Any]:
    """An object with exactly these fields. What JSON schema cannot say of a field is in its metadata."""
    types_of = field_types(kind)
    return {
        "type": "object",
        "properties": {part.name: {**schema_of(types_of[part.name]), **part.metadata} for part in fields(kind)},
        "required": [part.name for part in fields(kind) if _is_required(part)],
        "additionalProperties": False,
    }
