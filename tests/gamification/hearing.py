"""What the economy told the others."""

from yabot.core.correlation import Trace
from yabot.core.events import Event, signal_of
from yabot.core.models import EventRecord


def announced(event_type: type[Event]) -> list[Event]:
    """Every event of this type, in order, with its chain and its cause."""
    signal = signal_of(event_type)
    records = EventRecord.objects.filter(type=event_type.type_name()).order_by("id")
    traced = [(row, Trace(row.correlation_id, row.causation_id)) for row in records]
    return [signal.decode(row.payload, user_id=row.user_id, trace=trace) for row, trace in traced]
