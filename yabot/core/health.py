"""How the parts of the system are. A part is well when it says so often enough, not when its process exists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yabot.core import broker, clock, delivery
from yabot.core.ages import ages, jobs_silent
from yabot.core.models import (
    Delivery,
    FindingState,
    Heartbeat,
    InboundUpdate,
    MessageState,
    OutgoingMessage,
    ReconciliationFinding,
    UpdateState,
)
from yabot.core.redaction import redact
from yabot.core.transactions import atomic
from yabot.core.webhooks import queue as webhooks

POLLER = "poller"
LEDGER = "ledger"
BEAT = "beat"
SILENCE = {POLLER: timedelta(seconds=60), LEDGER: timedelta(hours=26), BEAT: timedelta(seconds=60)}
LATE = {"inbound": 60, "deliveries": 120, "outgoing": 600}
"""From how many seconds of waiting on a queue is late: it works, and somebody should look."""
STUCK = 600  # seconds after which updates that wait show that nobody works at all
JOBS_SILENCE = 300  # seconds; the most frequent job runs every minute
MANY = 1000


@dataclass(frozen=True, slots=True)
class Beat:
    """A part's word on itself."""

    name: str
    good: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the health page. ``detail`` says what to do when it is not ``ok``.

    ``vital``: the system does not work without it. Otherwise it works, and something waits for a person.
    """

    name: str
    ok: bool
    detail: str
    vital: bool = True
    title: str = ""


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits: updates, deliveries, messages; and what was given up."""

    inbound: int
    deliveries: int
    outgoing: int
    dead: int


@atomic
def note(beats: Sequence[Beat]) -> None:
    """Write down how these parts are."""
    now = clock.now()
    for beat in beats:
        changes: dict[str, Any] = {"beat_at": now, "detail": redact(beat.detail)}
        if beat.good:
            changes["good_at"] = now
        if not Heartbeat.objects.filter(pk=beat.name).update(**changes):
            Heartbeat.objects.create(name=beat.name, **changes)


def queues() -> Queues:
    """How much waits everywhere."""
    messages = OutgoingMessage.objects.order_by()  # one question for each state: each has an index of its own
    return Queues(
        inbound=InboundUpdate.objects.filter(state=UpdateState.WAITING).count(),
        deliveries=delivery.backlog(),
        outgoing=messages.filter(state=MessageState.QUEUED).count()
        + messages.filter(state=MessageState.SENDING).count(),
        dead=dead_letters(),
    )


def dead_letters() -> int:
    """How many deliveries were given up (``MANY`` when there are more)."""
    return Delivery.objects.filter(dead_at__isnull=False).order_by()[:MANY].count()


def undecided_messages() -> int:
    """How many messages failed or may not have arrived, and wait for a person (``MANY`` when there are more)."""
    return OutgoingMessage.objects.filter(state__gte=MessageState.FAILED).order_by()[:MANY].count()


def open_findings() -> int:
    """How many rows that do not fit wait for a person (``MANY`` when there are more)."""
    return ReconciliationFinding.objects.filter(state=FindingState.OPEN).order_by()[:MANY].count()


def findings() -> list[Finding]:
    """Every part with a word. A part that never ran in this installation says nothing, which is no fault."""
    return list(_findings())


def is_healthy(found: Sequence[Finding]) -> bool:
    """Whether everything vital is well."""
    return all(finding.ok or not finding.vital for finding in found)


def _findings() -> Iterator[Finding]:
    from yabot.core import neighbours  # they are findings, too

    beats = {beat.name: beat for beat in Heartbeat.objects.filter(pk__in=SILENCE)}
    yield Finding("database", True, _("Responde."), title=_("Base de datos"))
    yield from neighbours.findings()
    yield _poller(beats.get(POLLER))
    yield _ledger(beats.get(LEDGER))
    yield _jobs(jobs_silent())
    yield from _beat(beats.get(BEAT))
    waited = ages()
    yield _inbound(waited["inbound"])
    yield _deliveries(waited["deliveries"])
    yield _outgoing(waited["outgoing"])
    yield _dead(dead_letters())
    yield _undecided(undecided_messages())
    yield _webhooks(webhooks.ill(), webhooks.dead(MANY))
    yield _reconciliation(open_findings())


def _poller(beat: Heartbeat | None) -> Finding:
    title = _("Conexión con Telegram")
    if beat is None:
        return Finding(POLLER, True, _("El bot todavía no se ha encendido aquí."), title=title)
    if _is_well(beat):
        return Finding(POLLER, True, _("El bot habla con Telegram."), title=title)
    ago = _ago(beat)
    if clock.now() - beat.beat_at > SILENCE[POLLER]:
        detail = _("El bot está callado (%(ago)s). Comprueba que «runbot» está en marcha.") % {"ago": ago}
    else:
        detail = _("El bot no llega a Telegram (%(ago)s). Lo sigue intentando solo; nada se pierde. %(why)s") % {
            "ago": ago,
            "why": beat.detail,
        }
    return Finding(POLLER, False, detail.strip(), title=title)


def _ledger(beat: Heartbeat | None) -> Finding:
    title = _("Cuentas de besitos")
    if beat is None:
        return Finding(LEDGER, True, _("Todavía no se han revisado por primera vez."), title=title)
    if _is_well(beat):
        return Finding(LEDGER, True, _("Cuadran: %(ago)s.") % {"ago": _ago(beat)}, title=title)
    if beat.good_at == beat.beat_at:
        detail = _("Nadie las revisa: %(ago)s. Comprueba que las tareas periódicas corren.") % {"ago": _ago(beat)}
    else:
        detail = _("No cuadran. No entregues besitos a mano y avisa a quien lleva el sistema. %(why)s") % {
            "why": beat.detail
        }
    return Finding(LEDGER, False, detail.strip(), title=title)


def _jobs(silent: float | None) -> Finding:
    title = _("Tareas periódicas")
    if silent is None:
        return Finding("jobs", True, _("Todavía no ha corrido ninguna aquí."), vital=False, title=title)
    if silent <= JOBS_SILENCE:
        return Finding("jobs", True, _("Corren a su hora."), vital=False, title=title)
    detail = _("Ninguna corre desde hace %(time)s. Comprueba que «runbot» (o beat y un worker) están en marcha.")
    return Finding("jobs", False, detail % {"time": _time(silent)}, vital=False, title=title)


def _beat(beat: Heartbeat | None) -> Iterator[Finding]:
    """Only where it ever ran. Without it ``runbot`` begins the jobs, half a minute later."""
    if beat is None or not broker.is_used():
        return
    title = _("Reloj de las tareas (beat)")
    detail = _("Da la hora.")
    if not _is_well(beat):
        detail = _("Está callado (%(ago)s). Mientras tanto «runbot» hace las tareas, algo más tarde; enciéndelo.")
        detail %= {"ago": _ago(beat)}
    yield Finding(BEAT, _is_well(beat), detail, vital=False, title=title)


def _inbound(age: float) -> Finding:
    title = _("Actualizaciones de Telegram")
    if age <= LATE["inbound"]:
        return Finding("inbound", True, _("Se atienden al momento."), title=title)
    detail = _("La más antigua espera desde hace %(time)s. Comprueba que «runbot» o un worker está en marcha.")
    return Finding("inbound", False, detail % {"time": _time(age)}, vital=age > STUCK, title=title)


def _deliveries(age: float) -> Finding:
    title = _("Reparto de eventos")
    if delivery.is_overloaded():
        detail = _("Hay demasiados eventos esperando; lo menos urgente se pospone hasta que baje la cola.")
        return Finding("deliveries", False, detail, title=title)
    if age <= LATE["deliveries"]:
        return Finding("deliveries", True, _("Los módulos van al día."), title=title)
    detail = _("El más antiguo espera desde hace %(time)s. Comprueba que «runbot» o un worker está en marcha.")
    return Finding("deliveries", False, detail % {"time": _time(age)}, vital=False, title=title)


def _outgoing(age: float) -> Finding:
    title = _("Mensajes por enviar")
    if age <= LATE["outgoing"]:
        return Finding("outgoing", True, _("Salen a tiempo."), vital=False, title=title)
    detail = _("El más antiguo espera desde hace %(time)s. Comprueba que «runbot» está en marcha y Telegram responde.")
    return Finding("outgoing", False, detail % {"time": _time(age)}, vital=False, title=title)


def _dead(count: int) -> Finding:
    title = _("Entregas abandonadas")
    if not count:
        return Finding("dead letters", True, _("Ninguna."), vital=False, title=title)
    detail = ngettext(
        "Hay %d entrega abandonada. Mira su error y, cuando esté arreglado, vuelve a entregarla.",
        "Hay %d entregas abandonadas. Mira su error y, cuando esté arreglado, vuelve a entregarlas.",
        count,
    )
    return Finding("dead letters", False, detail % count, vital=False, title=title)


def _undecided(count: int) -> Finding:
    title = _("Mensajes que necesitan a una persona")
    if not count:
        return Finding("messages", True, _("Ninguno."), vital=False, title=title)
    detail = ngettext(
        "%d mensaje falló o no se sabe si llegó. Decide si se reintenta.",
        "%d mensajes fallaron o no se sabe si llegaron. Decide si se reintentan.",
        count,
    )
    return Finding("messages", False, detail % count, vital=False, title=title)


def _webhooks(ill: int, abandoned: int) -> Finding:
    title = _("Webhooks de otros programas")
    if not ill and not abandoned:
        return Finding("webhooks", True, _("Todos reciben lo suyo."), vital=False, title=title)
    detail = _("Fallan o se apagaron: %(ill)d. Llamadas abandonadas: %(abandoned)d. Mira qué responden.")
    shown = detail % {"ill": ill, "abandoned": abandoned}
    return Finding("webhooks", False, shown, vital=False, title=title)


def _reconciliation(count: int) -> Finding:
    title = _("Comprobación de los datos")
    if not count:
        return Finding("reconciliation", True, _("Todo encaja."), vital=False, title=title)
    detail = ngettext(
        "Hay %d cosa que no encaja y no se arregla sola. La lista dice qué hacer.",
        "Hay %d cosas que no encajan y no se arreglan solas. La lista dice qué hacer.",
        count,
    )
    return Finding("reconciliation", False, detail % count, vital=False, title=title)


def _is_well(beat: Heartbeat) -> bool:
    """Good when its last word was good and is not too old."""
    return beat.good_at == beat.beat_at and clock.now() - beat.beat_at <= SILENCE[beat.pk]


def _ago(beat: Heartbeat) -> str:
    if beat.good_at is None:
        return _("nunca lo ha logrado")
    return _("última vez hace %s") % _time((clock.now() - beat.good_at).total_seconds())


def _time(seconds: float) -> str:
    if seconds < 120:
        return _("%d s") % seconds
    if seconds < 7200:
        return _("%d min") % (seconds / 60)
    return _("%d h") % (seconds / 3600)
