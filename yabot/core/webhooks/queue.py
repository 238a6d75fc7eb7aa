"""Which call is made next, and what became of it.

One courier at a time works an endpoint (a lease), one reader's calls in their order: a call that has to wait holds
back its reader's later ones for this endpoint. A call that was made and not noted is made again, with the same id.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import override

from yabot.core import bell, clock
from yabot.core.models import CallState, EventRecord, WebhookDelivery, WebhookEndpoint
from yabot.core.redaction import redact
from yabot.core.transactions import atomic, on_commit
from yabot.core.webhooks import endpoints, signing
from yabot.core.webhooks.endpoints import PING
from yabot.core.webhooks.payloads import body_of

FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=6)
LONGEST_REST = timedelta(minutes=5)
GIVE_UP = timedelta(days=3)  # an endpoint that took nothing for so long is switched off
ILL_AFTER = timedelta(minutes=10)  # shorter trouble heals by itself and need not be shown
BATCH = 100


class Outcome(Enum):
    """What a call told us."""

    TAKEN = "taken"
    REFUSED = "refused"  # the receiver is there and did not take this one
    DOWN = "down"  # nobody was reached, or the receiver is ill: it takes nothing now
    GONE = "gone"  # the receiver wants no more calls


@dataclass(frozen=True, slots=True)
class Call:
    """A call this courier makes now."""

    id: UUID
    endpoint_id: UUID
    type: str
    lane: int
    sequence: int
    attempts: int
    correlation_id: UUID
    url: str
    keys: Sequence[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a call."""

    call: Call
    outcome: Outcome
    status_code: int | None = None
    error: str = ""
    retry_after: float = 0


def waiting_endpoints(*, besides: Collection[UUID] = ()) -> list[UUID]:
    """Endpoints that are on, do not rest, and have something due, whoever waits longest first. One statement.

    Each is looked at by itself: however much is due to one, the others are found.
    """
    now = clock.now()
    due = WebhookDelivery.objects.filter(state=CallState.WAITING, due_at__lte=now, endpoint=OuterRef("pk"))
    first = Subquery(due.order_by("due_at").values("due_at")[:1])
    on = WebhookEndpoint.objects.filter(is_active=True, rests_until__lte=now).annotate(first=first)
    waiting = on.exclude(first=None).order_by("first").values_list("pk", flat=True)
    return [key for key in waiting if key not in besides]


@atomic
def next_calls(endpoint_id: UUID) -> list[Call]:
    """What to call next, for the holder of the endpoint's lease. One call while the endpoint is down: a probe."""
    now = clock.now()
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id, is_active=True, rests_until__lte=now).first()
    if endpoint is None:
        return []
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=CallState.WAITING)
    due = list(waiting.filter(due_at__lte=now).order_by("id")[:BATCH])
    free = _not_held_back(due, waiting.filter(due_at__gt=now).exclude(type=PING))
    return _calls(endpoint, free[:1] if endpoint.failures else free, now)


def _not_held_back(due: Sequence[WebhookDelivery], later: Any) -> list[WebhookDelivery]:
    """Put off the calls whose reader has an earlier one that is not due yet; the others."""
    holders: dict[int, tuple[int, datetime]] = {}
    for user_id, number, due_at in later.filter(user_id__in={row.user_id for row in due}).values_list(
        "user_id", "sequence", "due_at"
    ):
        holders[user_id] = min(holders.get(user_id, (number, due_at)), (number, due_at))
    free = []
    for row in due:
        holder = holders.get(row.user_id)
        if holder is None or row.sequence <= holder[0]:
            free.append(row)
        else:
            WebhookDelivery.objects.filter(pk=row.pk).update(due_at=holder[1])
    return free


def _calls(endpoint: WebhookEndpoint, chosen: Sequence[WebhookDelivery], now: datetime) -> list[Call]:
    records = {record.pk: record for record in EventRecord.objects.filter(pk__in=[row.event_id for row in chosen])}
    keys = signing.secrets(endpoint, now)
    found = []
    for row in chosen:
        body = body_of(row, records.get(row.event_id))
        if body is None:
            _give_up(row.pk, "the event is no longer in the log")
            continue
        found.append(
            Call(
                row.pk,
                endpoint.pk,
                row.type,
                row.user_id,
                row.sequence,
                row.attempts,
                row.correlation_id,
                endpoint.url,
                keys,
                body,
            )
        )
    return found


@atomic
def note(result: Result) -> None:
    """Write down what became of a call. One that another courier has noted meanwhile stays as that one left it."""
    now, call = clock.now(), result.call
    row = WebhookDelivery.objects.filter(pk=call.id, state=CallState.WAITING)
    tried: dict[str, Any] = {"attempts": F("attempts") + 1, "status_code": result.status_code}
    if result.outcome is Outcome.TAKEN:
        row.update(**tried, state=CallState.DONE, finished_at=now, error="")
        WebhookEndpoint.objects.filter(pk=call.endpoint_id).exclude(failures=0, failing_since=None).update(
            failures=0, failing_since=None, rests_until=now
        )
        return
    last = call.type == PING or call.attempts + 1 >= settings.WEBHOOK_TRIES
    wait = max(backoff(call.attempts + 1), timedelta(seconds=result.retry_after))
    fate = {"state": CallState.DEAD, "finished_at": now} if last else {"due_at": now + wait}
    row.update(**tried, **fate, error=redact(result.error)[:500])
    if result.outcome is Outcome.GONE:
        endpoints.switch_off(call.endpoint_id, _gone())
    elif call.type != PING:
        _note_failure(call.endpoint_id, result, now)


def _note_failure(endpoint_id: UUID, result: Result, now: datetime) -> None:
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        return
    if endpoint.failing_since and now - endpoint.failing_since >= GIVE_UP:
        endpoints.switch_off(endpoint_id, _given_up(redact(result.error)))
        return
    found = WebhookEndpoint.objects.filter(pk=endpoint_id)
    found.filter(failing_since=None).update(failing_since=now)
    if result.outcome is Outcome.DOWN:  # the calls of one round that find it down count as one failure
        pause = rest(endpoint.failures + 1)
        found.filter(rests_until__lte=now).update(failures=F("failures") + 1, rests_until=now + pause)


def _gone() -> str:
    with override(settings.LANGUAGE_CODE):
        return _("Respondió 410: ya no quiere más llamadas.")


def _given_up(error: str) -> str:
    with override(settings.LANGUAGE_CODE):
        return _("No recibió nada en %(days)d días. Su último error: %(error)s") % {
            "days": GIVE_UP.days,
            "error": error[:200],
        }


def backoff(attempts: int) -> timedelta:
    """How long a call waits after its n-th failed try: doubling, with jitter of a quarter, six hours at most."""
    return min(LONGEST_RETRY, FIRST_RETRY * (1 << min(attempts - 1, 30))) * random.uniform(0.75, 1.25)


def rest(failures: int) -> timedelta:
    """How long an endpoint is left alone after its n-th failure in a row: from a second to five minutes."""
    return min(LONGEST_REST, timedelta(seconds=1) * (1 << min(failures - 1, 30))) * random.uniform(0.75, 1.25)


@atomic
def _give_up(delivery_id: UUID, why: str) -> None:
    WebhookDelivery.objects.filter(pk=delivery_id).update(state=CallState.DEAD, finished_at=clock.now(), error=why)


@atomic
def replay(ids: Sequence[UUID]) -> int:
    """Make finished calls again, received ones and abandoned ones, with all their tries and the same ids; how many."""
    on_commit(lambda: bell.ring(bell.CALLS))
    return (
        WebhookDelivery.objects.filter(pk__in=ids)
        .exclude(state=CallState.WAITING)
        .update(state=CallState.WAITING, attempts=0, due_at=clock.now(), finished_at=None)
    )


def ill() -> int:
    """How many endpoints fail now, or were switched off by the system."""
    fails = Q(is_active=True, failing_since__lt=clock.now() - ILL_AFTER)
    was_switched_off = Q(is_active=False) & ~Q(note="")
    return WebhookEndpoint.objects.filter(fails | was_switched_off).order_by().count()


def dead(most: int = 1000) -> int:
    """How many calls were abandoned (``most`` when there are more)."""
    return WebhookDelivery.objects.filter(state=CallState.DEAD).order_by()[:most].count()
