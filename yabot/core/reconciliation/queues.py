"""What waits for the modules, and whether it can ever be heard."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yabot.core import clock, delivery
from yabot.core.events import SHARDS
from yabot.core.models import Delivery, EventRecord, InboundUpdate, Priority, UpdateState
from yabot.core.reconciliation import windows
from yabot.core.reconciliation.registry import Check, Discrepancy, Fact, Kind, Window

HEAD = 200  # how much of a queue's beginning is looked at
MANY = 1000
LATE = timedelta(minutes=30)  # a worker that is started again, a queue that grows: things may wait for minutes
LONGEST_WAIT = 2 * delivery.LONGEST_RETRY
OLD_LETTER = timedelta(days=7)

NO_EVENT = "delivery_without_event"
NO_LISTENER = "delivery_to_nobody"
POSTPONED = "delivery_postponed"
MISPLACED = "delivery_misplaced"
LATE_MODULE = "deliveries_late"
OLD_LETTERS = "dead_letters_old"
LATE_INBOX = "updates_late"
_COLUMNS = ("id", "event_id", "module", "user_id", "shard", "due_at", "dead_at")


def look_at_deliveries(position: str) -> Window:
    """Whether each delivery can be heard: its event is there, its module listens, its time comes, a shard has it."""
    found, after = windows.by_id(Delivery.objects.all(), position, *_COLUMNS)
    events = EventRecord.objects.filter(pk__in={row[1] for row in found})
    types = dict(events.values_list("pk", "type"))
    modules = delivery.modules()
    return Window(
        len(found),
        after,
        [
            Discrepancy(kind, str(row[0]), {"module": row[2], "event": types.get(row[1], str(row[1]))}, row[3] or None)
            for row in found
            if (kind := _fault(row, types, modules))
        ],
    )


def _fault(row: tuple[Any, ...], types: dict[UUID, str], modules: Sequence[str]) -> str:
    """What keeps this delivery from ever being heard; empty when nothing does."""
    _key, event_id, module, user_id, shard, due_at, dead_at = row
    if event_id not in types:
        return NO_EVENT
    if dead_at is not None:
        return ""
    if module not in modules:
        return NO_LISTENER
    if due_at > clock.now() + LONGEST_WAIT:
        return POSTPONED
    return MISPLACED if shard != user_id % SHARDS else ""


def bring_forward(found: Sequence[Discrepancy]) -> Iterable[Discrepancy]:
    """Try these deliveries now: no failure puts one off for so long, only a clock that was wrong."""
    late = Delivery.objects.filter(due_at__gt=clock.now() + LONGEST_WAIT, dead_at=None)
    return [one for one in found if late.filter(pk=one.object).update(due_at=clock.now())]


def put_in_place(found: Sequence[Discrepancy]) -> Iterator[Discrepancy]:
    """Give these deliveries to the shard of their person."""
    for one in found:
        row = Delivery.objects.filter(pk=one.object).first()
        if row is None or row.shard == row.user_id % SHARDS:
            continue
        if Delivery.objects.filter(pk=row.pk, shard=row.shard).update(shard=row.user_id % SHARDS):
            yield one


def look_at_queues(position: str) -> Window:
    """Whether the beginning of each queue moves, and whether somebody looks at what was given up."""
    late = [one for module in delivery.modules() for one in _late(module)]
    return Window(HEAD, "", [*late, *_old_letters(), *_late_inbox()])


def _late(module: str) -> Iterator[Discrepancy]:
    """Deliveries that could have been heard long ago. Those that wait for an earlier one of their person could not."""
    now = clock.now()
    waiting = Delivery.objects.filter(module=module, dead_at=None)
    rows = [
        row
        for priority in (Priority.CRITICAL, Priority.NORMAL)  # low ones may be put off
        for row in waiting.filter(priority=priority).order_by("id").values_list("user_id", "due_at")[:HEAD]
        if row[1] < now - LATE
    ]
    held = waiting.filter(user_id__in={row[0] for row in rows}, due_at__gt=now).values_list("user_id", flat=True)
    held_back = set(held) if rows else set()
    overdue = [due_at for user_id, due_at in rows if user_id not in held_back]
    if overdue:
        yield Discrepancy(LATE_MODULE, module, {"module": module, "count": len(overdue), "minutes": _age(overdue)})


def _age(moments: Iterable[datetime]) -> int:
    """The minutes since the first of them."""
    return int((clock.now() - min(moments)).total_seconds() // 60)


def _old_letters() -> Iterator[Discrepancy]:
    dead = Delivery.objects.filter(dead_at__isnull=False)  # said for MongoDB, whose index holds only these
    old = dead.filter(dead_at__lt=clock.now() - OLD_LETTER).order_by("dead_at")
    by_module: dict[str, list[datetime]] = defaultdict(list)
    for module, dead_at in old.values_list("module", "dead_at")[:MANY]:
        by_module[module].append(dead_at or clock.now())
    for module, dates in sorted(by_module.items()):
        facts: dict[str, Fact] = {"module": module, "count": len(dates), "days": _age(dates) // (24 * 60)}
        yield Discrepancy(OLD_LETTERS, module, facts)


def _late_inbox() -> Iterator[Discrepancy]:
    head = InboundUpdate.objects.filter(state=UpdateState.WAITING).order_by("id").values_list("received_at", flat=True)
    late = [received_at for received_at in head[:HEAD] if received_at < clock.now() - LATE]
    if late:
        yield Discrepancy(LATE_INBOX, "inbox", {"count": len(late), "minutes": _age(late)})


DELIVERY_CHECK = Check(
    "core.deliveries",
    _("Las entregas, una por una"),
    look_at_deliveries,
    {
        NO_EVENT: Kind(
            _("Una entrega para «%(module)s» habla del evento %(event)s, que no existe."),
            _("Nadie la oirá nunca. El evento se perdió: búscalo en la última copia de seguridad o borra la entrega."),
        ),
        NO_LISTENER: Kind(
            _("«%(event)s» espera a «%(module)s», y ahí ya nadie escucha."),
            _("Si el módulo está apagado, enciéndelo. Si ya no existe, la entrega sobra."),
            page="core.delivery",
        ),
        POSTPONED: Kind(
            _("«%(event)s» estaba aplazado para «%(module)s» mucho más de lo que se espera tras un fallo."),
            _("Se volvió a intentar enseguida. El reloj de la máquina estuvo mal puesto."),
            bring_forward,
            page="core.delivery",
        ),
        MISPLACED: Kind(
            _("«%(event)s» esperaba a «%(module)s» en una partición que nadie atiende."),
            _("Se puso en la partición de su lector."),
            put_in_place,
            page="core.delivery",
        ),
    },
)
QUEUE_CHECK = Check(
    "core.queues",
    _("Las colas avanzan"),
    look_at_queues,
    {
        LATE_MODULE: Kind(
            _("%(count)s eventos para «%(module)s» esperan desde hace %(minutes)s minutos."),
            _("Nadie los reparte. Comprueba que el bot o los trabajadores están en marcha."),
        ),
        OLD_LETTERS: Kind(
            _("«%(module)s» tiene %(count)s entregas abandonadas; la más antigua, desde hace %(days)s días."),
            _("Mira su error en «Entregas» y, cuando esté arreglado, vuelve a entregarlas."),
        ),
        LATE_INBOX: Kind(
            _("%(count)s actualizaciones de Telegram esperan desde hace %(minutes)s minutos."),
            _("Comprueba que el bot está en marcha: al encenderse atiende lo que espera."),
        ),
    },
)
