"""The inbox: every update is a row before Telegram is told that we have it."""

import functools
import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet

from yabot.core import clock, rows
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.metrics import Kind, Operation, measured
from yabot.core.models import InboundUpdate, UpdateState
from yabot.core.prepared import Prepared
from yabot.core.redaction import redact
from yabot.core.transactions import atomic

_ERROR_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Stored:
    """An update that is in the inbox."""

    id: int
    kind: str
    user_id: int | None
    data: dict[str, Any] = field(repr=False)
    correlation_id: UUID

    @property
    def trace(self) -> Trace:
        """The beginning of this update's chain."""
        return Trace(self.correlation_id)

    @property
    def lane(self) -> int:
        """Updates of one lane are handled in order: one person's, or else one chat's, or else everything's."""
        return self.user_id or _chat_of(self.body) or 0

    @property
    def body(self) -> Any:
        """The object under the update's kind (a message, a callback query, …)."""
        return self.data.get(self.kind)


def read(update: Any) -> Stored:
    """Read one element of getUpdates as far as it can be read; what it means is somebody else's business."""
    data = update if isinstance(update, dict) else {"malformed": update}
    number = data.get("update_id")
    if number is None or not is_id(number):
        number = -time.time_ns() // 1000  # no id of Telegram's: it is kept all the same
    kind = next((key for key in data if key != "update_id"), "empty")
    kind = kind if kind.isidentifier() and kind.isascii() else "malformed"
    return Stored(number, kind[:32], _user_of(data.get(kind)), data, uuid7())


def _user_of(body: Any) -> int | None:
    if not isinstance(body, dict):
        return None
    user = body.get("from") or body.get("user")
    found = user.get("id") if isinstance(user, dict) else None
    return found if is_id(found) else None


def is_id(value: Any) -> bool:
    """Whether it is a number a database can keep."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) < value < 2**63


def _chat_of(body: Any) -> int | None:
    chat = body.get("chat") if isinstance(body, dict) else None
    found = chat.get("id") if isinstance(chat, dict) else None
    return found if isinstance(found, int) else None


COLUMNS = ("id", "kind", "user_id", "payload", "state", "error", "correlation_id", "received_at")


STORE = Operation(Kind.INBOX, "core", "store")


def store(updates: Sequence[Any]) -> list[Stored]:
    """Put a batch of updates into the inbox; those already there are left alone. Returns the new ones, in order."""
    with measured(STORE, items=len(updates)):
        return _store(updates)


@atomic
def _store(updates: Sequence[Any]) -> list[Stored]:
    given = {stored.id: stored for stored in map(read, updates)}
    known = {number for (number,) in rows.select(InboundUpdate, ("id",), {"id": given})}
    new = [stored for number, stored in given.items() if number not in known]
    now = clock.now()
    rows.insert(InboundUpdate, COLUMNS, [_row(stored, now) for stored in new])
    return new


def _row(stored: Stored, now: Any) -> tuple[Any, ...]:
    waiting = int(UpdateState.WAITING)
    return (stored.id, stored.kind, stored.user_id, _text(stored.data), waiting, "", stored.correlation_id, now)


def _text(data: dict[str, Any]) -> str:
    try:
        return orjson.dumps(data).decode()
    except TypeError:  # lone surrogates, numbers beyond 64 bits
        return json.dumps(data)


def waiting() -> list[Stored]:
    """What was stored and not done, oldest first: where a restart continues. The poller keeps this bounded."""
    return _read_again(InboundUpdate.objects.filter(state=UpdateState.WAITING))


def waiting_besides(in_hand: Collection[int], *, limit: int) -> list[Stored]:
    """What waits and is not ``in_hand``, oldest first, until ``limit`` are in hand. One query when there is nothing."""
    room = limit - len(in_hand)
    if room <= 0:
        return []
    new = [number for (number,) in _waiting(limit).rows() if number not in in_hand][:room]
    return _read_again(InboundUpdate.objects.filter(pk__in=new)) if new else []


@functools.cache
def _waiting(limit: int) -> Prepared:
    waiting = InboundUpdate.objects.filter(state=UpdateState.WAITING).order_by("id")
    return Prepared(lambda: waiting.values_list("id")[:limit])


def _read_again(found: QuerySet[InboundUpdate]) -> list[Stored]:
    rows = found.order_by("id")
    return [Stored(row.pk, row.kind, row.user_id, _data(row.payload), row.correlation_id) for row in rows]


def _data(payload: str) -> dict[str, Any]:
    try:
        found = orjson.loads(payload)
    except ValueError:
        found = json.loads(payload)
    return found if isinstance(found, dict) else {}


@atomic
def mark(ids: Sequence[int], state: UpdateState, error: str = "") -> None:
    """These updates are done, failed (with the reason) or ignored."""
    changes: dict[str, Any] = {"state": int(state)}
    if error:
        changes["error"] = redact(error)[:_ERROR_LIMIT]
    rows.update(InboundUpdate, changes, {"id": ids})
