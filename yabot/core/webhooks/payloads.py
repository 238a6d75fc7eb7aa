"""What a receiver is told about an event: the same bytes at every try."""

import orjson

from yabot.core.events import EventSignal
from yabot.core.models import EventRecord, WebhookDelivery
from yabot.core.webhooks.endpoints import PING


def body_of(row: WebhookDelivery, record: EventRecord | None) -> bytes | None:
    """The call's body; None when the event is not in the log any more."""
    if row.type == PING:
        facts = {"id": row.event_id, "type": PING, "occurred_at": row.created_at, "user_id": None, "sequence": 0}
        return orjson.dumps({**facts, "correlation_id": row.correlation_id, "causation_id": None, "data": {}})
    if record is None:
        return None
    facts = {
        "id": record.pk,
        "type": record.type,
        "occurred_at": record.occurred_at,
        "user_id": record.user_id,
        "sequence": record.sequence,
        "correlation_id": record.correlation_id,
        "causation_id": record.causation_id,
        "data": _public(record),
    }
    return orjson.dumps(facts)


def _public(record: EventRecord) -> dict[str, object]:
    """The event's own fields without those that are nobody else's business."""
    signal = EventSignal.known.get(record.type)
    private = signal.private if signal else frozenset()
    given = orjson.loads(record.payload)
    return {name: value for name, value in given.items() if name not in private}
