"""Endpoints: made, changed, switched on and off, and given new secrets."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from yabot.core import clock
from yabot.core.ids import uuid7
from yabot.core.models import CallState, WebhookDelivery, WebhookEndpoint
from yabot.core.models.webhooks import new_salt
from yabot.core.transactions import atomic
from yabot.core.webhooks import rules, signing, subscriptions
from yabot.core.webhooks.errors import EndpointOff, NoSuchEndpoint

PING = "ping"
OVERLAP = timedelta(hours=24)  # how long the secret before is good, too


@atomic
def create(
    *, name: str, url: str, event_types: Sequence[str] = (), is_active: bool = True
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which nobody is shown a second time. Raises the refusals of ``rules``."""
    rules.check_url(url)
    rules.check_types(list(event_types))
    made = WebhookEndpoint.objects.create(name=name, url=url, event_types=list(event_types), is_active=is_active)
    return made, signing.secret(made)


@atomic
def change(
    endpoint_id: UUID,
    *,
    name: str | None = None,
    url: str | None = None,
    event_types: Sequence[str] | None = None,
    is_active: bool | None = None,
) -> WebhookEndpoint:
    """Change what is given and nothing else: secrets and failures may be changing at the same moment.

    One that listens to more than before is caught up; one that is switched on or has another address begins anew.
    Raises NoSuchEndpoint and the refusals of ``rules``; nothing is written then.
    """
    endpoint, now = get(endpoint_id), clock.now()
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = name
    if url is not None:
        rules.check_url(url)
        changes |= {"url": url, **_anew(now)}
    if event_types is not None:
        rules.check_types(list(event_types))
        changes["event_types"] = list(event_types)
    if is_active is not None:
        changes |= {"is_active": is_active, **({"note": "", **_anew(now)} if is_active else {})}
    if changes.get("event_types", endpoint.event_types) != endpoint.event_types or (
        is_active and not endpoint.is_active
    ):
        changes["listens_since"] = now
    for field, value in changes.items():
        setattr(endpoint, field, value)
    endpoint.save(update_fields=list(changes))
    return endpoint


def _anew(now: datetime) -> dict[str, Any]:
    """As one that never failed."""
    return {"failures": 0, "failing_since": None, "rests_until": now}


@atomic
def delete(endpoint_id: UUID) -> None:
    """Forget the endpoint and everything it was owed. Raises NoSuchEndpoint."""
    get(endpoint_id).delete()


@atomic
def rotate(endpoint_id: UUID) -> tuple[WebhookEndpoint, str]:
    """A new secret; for a day calls are signed with the one before as well. Raises NoSuchEndpoint."""
    endpoint = get(endpoint_id)
    endpoint.previous_salt, endpoint.previous_until = endpoint.salt, clock.now() + OVERLAP
    endpoint.salt = new_salt()
    endpoint.save(update_fields=["salt", "previous_salt", "previous_until"])
    return endpoint, signing.secret(endpoint)


@atomic
def ping(endpoint_id: UUID) -> WebhookDelivery:
    """Owe the endpoint a call without an event, tried once. Raises NoSuchEndpoint and EndpointOff."""
    endpoint = get(endpoint_id)
    if not endpoint.is_active:
        raise EndpointOff
    key = uuid7()
    subscriptions.owe(endpoint.pk, [(key, PING, 0, 0, key)])
    return WebhookDelivery.objects.get(endpoint=endpoint, event_id=key)


def get(endpoint_id: UUID) -> WebhookEndpoint:
    """The endpoint. Raises NoSuchEndpoint."""
    found = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if found is None:
        raise NoSuchEndpoint
    return found


@atomic
def switch_off(endpoint_id: UUID, note: str) -> None:
    """The system gives an endpoint up: what it is still owed is abandoned, and can be replayed once it is on again."""
    if WebhookEndpoint.objects.filter(pk=endpoint_id, is_active=True).update(is_active=False, note=note):
        WebhookDelivery.objects.filter(endpoint=endpoint_id, state=CallState.WAITING).update(
            state=CallState.DEAD, error=note, finished_at=clock.now()
        )
        subscriptions.current.changed()
