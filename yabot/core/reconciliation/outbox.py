"""What the bot owed Telegram, against what Telegram answered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yabot.core import clock, leases
from yabot.core.models import Lease, MessagePriority, MessageState, OutgoingMessage
from yabot.core.reconciliation import windows
from yabot.core.reconciliation.registry import Check, Discrepancy, Fact, Kind, Window
from yabot.core.telegram.outbox import DOUBT, TRIES_IN_DOUBT
from yabot.core.worker import WORKER

LATE = timedelta(minutes=30)
LATE_BROADCAST = timedelta(days=1)  # thirty a second: a hundred thousand readers take an hour
LONGEST_CALL = timedelta(hours=1)
HEAD = 200

ABANDONED = "message_abandoned"
UNDECIDED = "message_undecided"
NO_NUMBER = "message_without_number"
LATE_QUEUE = "messages_late"
_SAYING = "send"  # methods whose answer is a message
_SILENT = {"sendChatAction", "sendMediaGroup"}  # answered by "yes", or by several messages


def look_at_messages(position: str) -> Window:
    """Messages under way whose sender is gone, and sent ones Telegram gave no number for."""
    columns = ("id", "state", "method", "message_id", "user_id", "owner", "claimed_at", "sent_at")
    found, after = windows.by_id(OutgoingMessage.objects.all(), position, *columns)
    limit = windows.settled_before()
    wrong = [
        Discrepancy(NO_NUMBER, str(key), {"method": method}, user_id)
        for key, state, method, number, user_id, _owner, _claimed, sent_at in found
        if state == MessageState.SENT and number is None and says_something(method) and (sent_at or limit) <= limit
    ]
    return Window(len(found), after, wrong)


def says_something(method: str) -> bool:
    """Whether Telegram answers this call with the message it made."""
    return method.startswith(_SAYING) and method not in _SILENT


def look_at_outbox(position: str) -> Window:
    """What is under way, in doubt or overdue: few rows, by their own indexes."""
    abandoned = [
        Discrepancy(ABANDONED, str(key), {"method": method}, user_id)
        for key, method, user_id in _abandoned().order_by("claimed_at").values_list("id", "method", "user_id")[:HEAD]
    ]
    undecided, after = windows.by_id(_undecided(), position, "id", "method", "user_id", "unknown_at")
    limit = windows.settled_before()
    doubtful = [
        Discrepancy(UNDECIDED, str(key), {"method": method}, user_id)
        for key, method, user_id, unknown_at in undecided
        if (unknown_at or limit) <= limit
    ]
    return Window(HEAD + len(undecided), after, [*abandoned, *doubtful, *_late()])


def _abandoned() -> QuerySet[OutgoingMessage]:
    """Messages being sent by nobody: their process is gone, or no call takes that long."""
    now = clock.now()
    sending = OutgoingMessage.objects.filter(state=MessageState.SENDING, claimed_at__lt=windows.settled_before())
    return sending.exclude(owner__in=living_owners(), claimed_at__gt=now - LONGEST_CALL)


def living_owners() -> list[str]:
    """The processes that say that they are alive."""
    workers = Lease.objects.filter(name__startswith=WORKER, expires_at__gt=clock.now()).exclude(owner="")
    return [owner for owner in workers.values_list("owner", flat=True) if not leases.is_gone(owner)]


def doubt(found: Sequence[Discrepancy]) -> Iterable[Discrepancy]:
    """What was under way may have arrived: it is unknown now, as after any broken connection."""
    now = clock.now()
    changes = {"state": MessageState.UNKNOWN, "unknown_at": now, "due_at": now + DOUBT}
    abandoned = _abandoned()
    return [
        one for one in found if abandoned.filter(pk=one.object).update(**changes, error="the sending process ended")
    ]


def _undecided() -> QuerySet[OutgoingMessage]:
    """Unknown messages that no policy tries again: only a person can find out."""
    unknown = OutgoingMessage.objects.filter(state__gte=MessageState.FAILED).filter(state=MessageState.UNKNOWN)
    if not settings.RETRY_UNKNOWN_PRIVATE:
        return unknown
    return unknown.exclude(chat_id__gt=0, attempts__lt=TRIES_IN_DOUBT)


def _late() -> Iterator[Discrepancy]:
    """The beginning of the queue does not move."""
    now = clock.now()
    queued = OutgoingMessage.objects.filter(state=MessageState.QUEUED)
    for priority in MessagePriority:
        patience = LATE_BROADCAST if priority == MessagePriority.BROADCAST else LATE
        head = queued.filter(priority=priority).order_by("id").values_list("due_at", flat=True)[:HEAD]
        overdue = [due_at for due_at in head if due_at < now - patience]
        if overdue:
            minutes = int((now - min(overdue)).total_seconds() // 60)
            facts: dict[str, Fact] = {"priority": str(priority.label), "count": len(overdue), "minutes": minutes}
            yield Discrepancy(LATE_QUEUE, priority.name.lower(), facts)


OUTBOX_CHECK = Check(
    "core.outbox",
    _("Los mensajes que están en camino"),
    look_at_outbox,
    {
        ABANDONED: Kind(
            _("Un mensaje llevaba mucho tiempo enviándose, y quien lo enviaba ya no existe."),
            _("Pudo llegar o no: pasó a «sin confirmar», como tras cualquier corte de la conexión."),
            doubt,
            page="core.outgoingmessage",
        ),
        UNDECIDED: Kind(
            _("No se sabe si este mensaje llegó."),
            _("Míralo en el chat. Si no está, reinténtalo desde «Mensajes salientes»."),
            page="core.outgoingmessage",
        ),
        LATE_QUEUE: Kind(
            _("%(count)s mensajes de tipo «%(priority)s» debían haber salido hace %(minutes)s minutos."),
            _("Nadie los envía. Comprueba que el bot está en marcha y que Telegram responde."),
        ),
    },
)
MESSAGE_CHECK = Check(
    "core.messages",
    _("Los mensajes enviados y lo que contestó Telegram"),
    look_at_messages,
    {
        NO_NUMBER: Kind(
            _("Telegram aceptó este mensaje y no dijo qué número le dio."),
            _("Mira en el chat que esté. Sin número no se puede editar ni borrar desde aquí."),
            page="core.outgoingmessage",
        )
    },
)
