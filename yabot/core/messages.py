"""The message outbox's front: what the bot owes Telegram, written with the change that caused it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F

from yabot.core import bell, clock, correlation, rows
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import MessagePriority, MessageState, OutgoingMessage
from yabot.core.transactions import atomic, on_commit


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One Bot API call to make. ``key`` is made from what happened, so the same fact never makes two messages.

    ``params`` are the method's parameters without ``chat_id``; a media parameter ``"file:<path>"`` names a file below
    MEDIA_ROOT, uploaded once and then sent by its file_id.
    """

    key: str
    chat_id: int
    params: Mapping[str, Any]
    method: str = "sendMessage"
    user_id: int | None = None
    priority: MessagePriority = MessagePriority.NOTICE
    due_at: datetime | None = None
    trace: Trace | None = None


COLUMNS = (
    "id",
    "key",
    "chat_id",
    "user_id",
    "method",
    "payload",
    "priority",
    "state",
    "due_at",
    "attempts",
    "error",
    "owner",
    "correlation_id",
    "causation_id",
    "created_at",
)


@atomic
def enqueue(messages: Sequence[Message], *, known_new: bool = False) -> int:
    """Owe Telegram these messages, in the caller's transaction; how many were not owed already.

    One statement. ``known_new`` says that the caller has just made what the keys are made from: a repeated key then
    raises IntegrityError instead of being left out.
    """
    now = clock.now()
    owed = [_row(message, now) for message in {message.key: message for message in messages}.values()]
    if known_new:
        rows.insert(OutgoingMessage, COLUMNS, owed)
        new = len(owed)
    else:
        new = len(rows.insert_new(OutgoingMessage, COLUMNS, owed, key=("key",)))
    if new:
        on_commit(partial(bell.ring, bell.MESSAGES))
    return new


def _row(message: Message, now: datetime) -> tuple[Any, ...]:
    trace = message.trace or correlation.current()
    return (
        uuid7(),
        message.key,
        message.chat_id,
        message.chat_id if message.chat_id > 0 else message.user_id,  # a private chat is its person
        message.method,
        orjson.dumps(message.params).decode(),
        int(message.priority),
        int(MessageState.QUEUED),
        message.due_at or now,
        0,
        "",
        "",
        trace.correlation_id,
        trace.event_id,
        now,
    )


@atomic
def refresh(shown: Sequence[Message], *, at_most_every: timedelta) -> None:
    """Owe the newest versions of things shown (a count on a button): versions that were not sent are replaced.

    One row per key for ever; a sent one is sent again, not sooner than ``at_most_every`` after the last time. While a
    version is under way, the newer one waits in the same row and goes next. Five statements for any list.
    """
    wanted = {message.key: message for message in shown}
    columns = ("key", "id", "state", "sent_at", "claimed_at")
    held = OutgoingMessage.objects.filter(key__in=wanted).order_by("pk").select_for_update()
    known = {row[0]: row[1:] for row in held.values_list(*columns)}
    enqueue([message for key, message in wanted.items() if key not in known], known_new=True)
    now = clock.now()
    under_way: list[tuple[Any, ...]] = []
    others: list[tuple[Any, ...]] = []
    for key, (row_id, state, sent_at, claimed_at) in known.items():
        # What is under way goes again when it is due after it was claimed, whatever the clocks here and there say.
        last = claimed_at if state == MessageState.SENDING else sent_at or claimed_at
        due_at = max(now, last + at_most_every) if last else now
        version = (row_id, orjson.dumps(wanted[key].params).decode(), due_at)
        (under_way if state == MessageState.SENDING else others).append(version)
    fresh = ("payload", "due_at")
    rows.assign(OutgoingMessage, key="id", columns=fresh, rows=under_way)
    queued = [(*version, int(MessageState.QUEUED), 0, "") for version in others]
    rows.assign(OutgoingMessage, key="id", columns=(*fresh, "state", "attempts", "error"), rows=queued)
    # Where no row can be held: what arrived between our look and our write goes once more.
    late = OutgoingMessage.objects.filter(pk__in=[version[0] for version in under_way], state=MessageState.SENT)
    late.filter(due_at__gt=F("claimed_at")).update(state=MessageState.QUEUED, attempts=0)
    on_commit(partial(bell.ring, bell.MESSAGES))


@atomic
def retry(ids: Sequence[UUID]) -> int:
    """Queue failed or unknown messages again, by a person's decision; how many."""
    again = OutgoingMessage.objects.filter(pk__in=ids, state__in=[MessageState.FAILED, MessageState.UNKNOWN]).update(
        state=MessageState.QUEUED, due_at=clock.now(), attempts=0, error=F("error")
    )
    on_commit(partial(bell.ring, bell.MESSAGES))
    return again
