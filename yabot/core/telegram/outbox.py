"""The outbox's back: which message goes next, and what became of it.

Claiming commits ``sending`` before the call is made, so that after a crash nobody mistakes a message that may have
gone for one that has not. Sync code; the calls themselves are made by ``yabot.core.telegram.sender``.
"""

import random
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet

from yabot.core import clock, people, rows
from yabot.core.models import MessageState, OutgoingMessage, TelegramFile
from yabot.core.prepared import Prepared
from yabot.core.telegram import senders
from yabot.core.telegram.outcome import Claimed, Outcome, Result
from yabot.core.transactions import atomic

TRIES = 8
TRIES_IN_DOUBT = 3
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=10)
DOUBT = timedelta(seconds=30)  # how long an unknown private message waits before it is tried again


CLAIM = 400
Trying = Callable[[list[UUID]], object]


@atomic
def claim(*, owner: str, limit: int, resting: Collection[int], trying: Trying = len) -> list[Claimed]:
    """Take up to ``limit`` due messages, the most urgent first, one for each chat, none for a ``resting`` chat.

    ``trying`` is told which, before they are taken: should the commit's answer be lost, ``give_back`` them.
    """
    limit = min(limit, CLAIM)
    first: dict[int, Claimed] = {}
    for row in _due(resting, limit * 2):
        if row[1] not in first and len(first) < limit:
            first[row[1]] = Claimed(*row)
    claimed = list(first.values())
    if not claimed:
        return []
    trying([message.id for message in claimed])
    taken = _take(owner, [message.id for message in claimed])
    if taken == len(claimed):
        return claimed
    mine = OutgoingMessage.objects.filter(pk__in=[message.id for message in claimed], owner=owner)
    ours = set(mine.filter(state=MessageState.SENDING).values_list("pk", flat=True))
    return [message for message in claimed if message.id in ours]


def claim_granted(
    *,
    owner: str,
    limit: int,
    resting: Collection[int],
    grant: Callable[[list[int]], Collection[int]],
    trying: Trying = len,
) -> list[Claimed]:
    """As ``claim``, where other processes send too: ``grant`` says to which of these chats may be written now.

    Looks first and takes then, so that nobody is asked for the grant inside a transaction. The order of the looks
    keeps each chat's order: whoever claimed an earlier message since is seen sending it, or has sent it.
    """
    first: dict[int, UUID] = {}
    limit = min(limit, CLAIM)
    for row in _due(resting, limit * 2):
        if len(first) < limit:
            first.setdefault(row[1], row[0])
    for chat_id in _being_written_to(first) if first else ():
        del first[chat_id]
    granted = grant(list(first)) if first else ()
    if not granted:
        return []
    taking = [first[chat_id] for chat_id in granted]
    trying(taking)
    return _take_for(owner, taking)


def _being_written_to(chats: Collection[int]) -> set[int]:
    sending = OutgoingMessage.objects.filter(state=MessageState.SENDING, chat_id__in=chats)
    return set(sending.order_by().values_list("chat_id", flat=True))


@atomic
def _take_for(owner: str, ids: Sequence[UUID]) -> list[Claimed]:
    """Take these, and read them only now: they may have been refreshed since they were seen."""
    if not _take(owner, ids):
        return []
    mine = OutgoingMessage.objects.filter(pk__in=ids, state=MessageState.SENDING, owner=owner)
    return [Claimed(*row) for row in mine.order_by("priority", "id").values_list(*_CLAIMED)]


def _take(owner: str, ids: Sequence[UUID]) -> int:
    taken = OutgoingMessage.objects.filter(pk__in=ids, state=MessageState.QUEUED)
    return taken.update(state=MessageState.SENDING, owner=owner, claimed_at=clock.now(), attempts=F("attempts") + 1)


@atomic
def give_back(*, owner: str, ids: Collection[UUID]) -> int:
    """Let go of messages that ``owner`` has tried to claim and certainly not sent; how many it had."""
    claimed = OutgoingMessage.objects.filter(pk__in=ids, state=MessageState.SENDING, owner=owner)
    return claimed.update(state=MessageState.QUEUED, attempts=F("attempts") - 1)


def _due(resting: Collection[int], limit: int) -> Sequence[tuple[Any, ...]]:
    if not resting and limit == _WIDE:
        return _wide.rows(now=clock.now())
    due = _queued(clock.now())
    if resting:
        due = due.exclude(chat_id__in=resting)
    return list(due.values_list(*_CLAIMED)[:limit])


def _queued(now: datetime) -> QuerySet[OutgoingMessage]:
    return OutgoingMessage.objects.filter(state=MessageState.QUEUED, due_at__lte=now).order_by("priority", "id")


_CLAIMED = ("id", "chat_id", "method", "payload", "attempts", "user_id", "correlation_id")
_WIDE = 800  # what an idle sender has room for, at most CLAIM at once
_wide = Prepared(lambda now: _queued(now).values_list(*_CLAIMED)[:_WIDE], now=datetime(1999, 1, 1, tzinfo=UTC))


def has_due() -> bool:
    """Whether any message could go if its chat and the budget allowed it."""
    return _queued(clock.now()).exists()


def file_ids(paths: Collection[str]) -> dict[str, str]:
    """The file_id of each of these files that Telegram already has."""
    return dict(TelegramFile.objects.filter(pk__in=paths).values_list("path", "file_id"))


@atomic
def record(results: Sequence[Result]) -> None:
    """Note what became of claimed messages: four statements for any number of sent ones."""
    sent = [result for result in results if result.outcome is Outcome.SENT]
    now = clock.now()
    if sent:
        state = int(MessageState.SENT)
        rows.assign(
            OutgoingMessage,
            key="id",
            columns=("state", "message_id", "sent_at"),
            rows=[(result.message.id, state, result.message_id, now) for result in sent],
        )
        _requeue_refreshed([result.message.id for result in sent])
        _remember_files(sent)
    for result in results:
        if result.outcome is not Outcome.SENT:
            _note(result, now)


def _requeue_refreshed(ids: Sequence[UUID]) -> None:
    """A message that was refreshed while it was under way goes again with its newer content."""
    OutgoingMessage.objects.filter(pk__in=ids, due_at__gt=F("claimed_at")).update(state=MessageState.QUEUED, attempts=0)


def _remember_files(sent: Sequence[Result]) -> None:
    remember_files([pair for result in sent for pair in result.uploaded])


@atomic
def remember_files(uploaded: Sequence[tuple[str, str]]) -> None:
    """Files that Telegram has now: (path below MEDIA_ROOT, file_id)."""
    for path, file_id in dict(uploaded).items():
        TelegramFile.objects.update_or_create(path=path, defaults={"file_id": file_id, "uploaded_at": clock.now()})


def _note(result: Result, now: datetime) -> None:
    message, changes = result.message, dict[str, Any](error=result.error[:2000])
    match result.outcome:
        case Outcome.LATER if message.attempts + 1 < TRIES or result.retry_after:
            wait = timedelta(seconds=result.retry_after) if result.retry_after else backoff(message.attempts + 1)
            changes |= {"state": MessageState.QUEUED, "due_at": now + wait}
        case Outcome.MOVED:
            changes |= {"state": MessageState.QUEUED, "chat_id": result.moved_to}
            people.move_chat(chat_id=message.chat_id, moved_to=int(result.moved_to or 0))
        case Outcome.UNKNOWN:
            changes |= {"state": MessageState.UNKNOWN, "unknown_at": now, "due_at": now + DOUBT}
        case outcome:
            changes |= {"state": MessageState.FAILED}
            if outcome is Outcome.BLOCKED and message.chat_id > 0:
                people.block(user_id=message.chat_id)
    OutgoingMessage.objects.filter(pk=message.id).update(**changes)


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failed try: doubling, with jitter, ten minutes at most."""
    return min(LONGEST_RETRY, FIRST_RETRY * (1 << min(attempts - 1, 30))) * random.uniform(0.75, 1.25)


@atomic
def doubt_abandoned(*, owner: str) -> int:
    """Messages a process that is gone was sending may have arrived: they are ``unknown`` now; how many.

    Called by a process that may send. Whoever sends has a place (``senders``), taken before the first claim: an owner
    seen here who has none is gone.
    """
    sending = OutgoingMessage.objects.filter(state=MessageState.SENDING).exclude(owner=owner).order_by()
    owners = set(sending.values_list("owner", flat=True))
    gone = owners - senders.alive() if owners else owners
    if not gone:
        return 0
    now = clock.now()
    return OutgoingMessage.objects.filter(state=MessageState.SENDING, owner__in=gone).update(
        state=MessageState.UNKNOWN, unknown_at=now, due_at=now + DOUBT, error="the sending process ended"
    )


@atomic
def retry_doubtful() -> int:
    """Unknown private messages are tried again after a while, by policy; posts in groups and channels never are.

    A message that may come twice beats one that never comes, for one reader; in a channel it does not.
    """
    if not settings.RETRY_UNKNOWN_PRIVATE:
        return 0
    trouble = OutgoingMessage.objects.filter(state__gte=MessageState.FAILED)  # said so that SQLite takes its index
    return trouble.filter(
        state=MessageState.UNKNOWN, chat_id__gt=0, due_at__lte=clock.now(), attempts__lt=TRIES_IN_DOUBT
    ).update(state=MessageState.QUEUED)
