"""The event log against its counters: no number missing, none given twice."""

from collections.abc import Iterable, Sequence

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from yabot.core import rows
from yabot.core.events import NOBODY
from yabot.core.models import EventRecord, EventStream
from yabot.core.reconciliation import windows
from yabot.core.reconciliation.registry import Check, Discrepancy, Kind, Window

STREAMS = 200
MISSING = "events_missing"
BEHIND = "counter_behind"


def look_at_streams(position: str) -> Window:
    """Count the events of the next people: as many as their counters say.

    The counters are read first. A counter and its event commit together, so later there can be more events, never
    fewer. Counting reads an index and no rows.
    """
    found, after = windows.by_number(EventStream.objects.all(), position, "user_id", "last_sequence", size=STREAMS)
    lasts = dict(found)
    counted = _counted(lasts)
    suspects = [user_id for user_id, last in lasts.items() if counted.get(user_id, 0) < last]
    return Window(
        len(found), after, [_missing(user_id, lasts[user_id], counted.get(user_id, 0)) for user_id in suspects]
    )


def _counted(user_ids: Iterable[int]) -> dict[int, int]:
    """How many events these streams have."""
    people = [user_id for user_id in user_ids if user_id != NOBODY]
    events = EventRecord.objects.order_by()
    counted = dict(events.filter(user_id__in=people).values_list("user_id").annotate(counted=Count("*")))
    if NOBODY in user_ids:
        counted[NOBODY] = events.filter(user_id=None).count()
    return counted


def _missing(user_id: int, last: int, counted: int) -> Discrepancy:
    facts = {"person": user_id, "missing": last - counted, "last": last}
    return Discrepancy(MISSING, str(user_id), facts, user_id or None)


def look_at_events(position: str) -> Window:
    """Whether the counters of the next events' people have come as far as the events: the next number is free.

    The events are read first: their counters were committed with them.
    """
    found, after = windows.by_id(EventRecord.objects.all(), position, "id", "user_id", "sequence")
    highest: dict[int, int] = {}
    for _key, user_id, sequence in found:
        highest[user_id or NOBODY] = max(sequence, highest.get(user_id or NOBODY, 0))
    counters = dict(EventStream.objects.filter(pk__in=highest).values_list("user_id", "last_sequence"))
    behind = [
        Discrepancy(
            BEHIND,
            str(user_id),
            {"person": user_id, "highest": number, "counter": counters.get(user_id, 0)},
            user_id or None,
        )
        for user_id, number in highest.items()
        if counters.get(user_id, 0) < number
    ]
    return Window(len(found), after, behind)


def raise_counters(found: Sequence[Discrepancy]) -> Iterable[Discrepancy]:
    """Have these people's next events numbered after their highest one."""
    for one in found:
        user_id = int(one.object)
        of_theirs = EventRecord.objects.filter(user_id=user_id or None)
        highest = of_theirs.aggregate(highest=Max("sequence"))["highest"] or 0
        rows.insert_new(EventStream, ("user_id", "last_sequence"), [(user_id, 0)], key=("user_id",))
        if EventStream.objects.filter(pk=user_id, last_sequence__lt=highest).update(last_sequence=highest):
            yield one


STREAM_CHECK = Check(
    "core.streams",
    _("El registro de eventos, persona por persona"),
    look_at_streams,
    {
        MISSING: Kind(
            _("En el registro de eventos de %(person)s faltan %(missing)s de sus %(last)s eventos."),
            _("Alguien borró filas del registro, o el disco las perdió. Búscalas en la última copia de seguridad."),
        )
    },
)
EVENT_CHECK = Check(
    "core.events",
    _("Los contadores de eventos"),
    look_at_events,
    {
        BEHIND: Kind(
            _("El contador de eventos de %(person)s iba por %(counter)s y ya existe el evento %(highest)s."),
            _("El contador se adelantó hasta el último evento, para que ningún número se repita."),
            raise_counters,
        )
    },
)
