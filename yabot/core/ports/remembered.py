"""The last good answers of other modules, for the time they are away. A cache: losing it loses only politeness.

Answers about readers (``by_user``) are kept for each reader, so that what was heard in a batch is known for one.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.core.cache import cache

from yabot.core import clock
from yabot.core.ports import codec
from yabot.core.ports.operations import Answer, Operation

log = logging.getLogger(__name__)

KEEP_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class _Parts:
    """A question taken apart: the cache key of each part, by what it is about."""

    keys: dict[Any, str]
    by_reader: bool


def keep(operation: Operation[Any, Any], asked: Any, value: Any) -> None:
    """Remember what was answered just now."""
    parts = _parts_of(operation, asked)
    now = clock.now().isoformat()
    answers = {about: value.by_user.get(about) if parts.by_reader else value for about in parts.keys}
    lines = {parts.keys[about]: json.dumps([now, codec.to_json(answer)]) for about, answer in answers.items()}
    try:
        cache.set_many(lines, KEEP_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever the cache is, an answer does not depend on it
        log.warning("the answer of %s is not remembered: %r", operation.full_name, error)


def recall(operation: Operation[Any, Any], asked: Any) -> Answer[Any] | None:
    """The last good answer, marked as stale; None when any part of it is not known."""
    parts = _parts_of(operation, asked)
    try:
        found = cache.get_many(parts.keys.values())
        read = {about: json.loads(found[key]) for about, key in parts.keys.items()}
        return _answer(operation, parts, read)
    except (KeyError, ValueError, TypeError):
        return None
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("nothing can be remembered of %s: %r", operation.full_name, error)
        return None


def _answer(operation: Operation[Any, Any], parts: _Parts, read: Mapping[Any, Any]) -> Answer[Any]:
    if parts.by_reader:
        data = {"by_user": {str(user): answer for user, (_, answer) in read.items() if answer is not None}}
    else:
        ((_, data),) = read.values()
    oldest = min((datetime.fromisoformat(when) for when, _ in read.values()), default=clock.now())
    return Answer(codec.from_json(operation.answered, data), oldest, stale=True)


def _parts_of(operation: Operation[Any, Any], asked: Any) -> _Parts:
    if hasattr(asked, "user_ids") and "by_user" in _fields_of(operation):
        keys = {user: _key(operation, replace(asked, user_ids=(user,))) for user in asked.user_ids}
        return _Parts(keys, by_reader=True)
    return _Parts({None: _key(operation, asked)}, by_reader=False)


def _key(operation: Operation[Any, Any], asked: Any) -> str:
    text = json.dumps(codec.to_json(asked), sort_keys=True)
    return f"port:{operation.full_name}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _fields_of(operation: Operation[Any, Any]) -> set[str]:
    return {part.name for part in fields(operation.answered)}
