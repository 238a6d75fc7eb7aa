"""The pages that say how everything is: the dashboard's cards and "Estado del sistema"."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from yabot.core import clock, health
from yabot.core.admin import rounds, trends
from yabot.core.admin.base import BoundedPaginator
from yabot.core.admin.lists import changelist_url
from yabot.core.chains import Text
from yabot.core.health import Finding
from yabot.core.models import Delivery, InboundUpdate, OperationSample, OutgoingMessage, TelegramUser
from yabot.core.ticker import Job

REFRESH = timedelta(seconds=15)
NEWEST = 8
QUEUES: dict[str, Text] = {
    "inbound": _("Actualizaciones de Telegram por atender"),
    "deliveries": _("Eventos por repartir"),
    "outgoing": _("Mensajes por enviar"),
    "dead": _("Entregas abandonadas"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A number on the dashboard, linked to the rows behind it."""

    title: Text
    number: int
    url: str
    tone: str = "muted"


def show_status(request: HttpRequest, jobs: Sequence[Job], titles: Mapping[str, Text]) -> TemplateResponse:
    """Every finding with a sentence, how much waits, and how all this went. Asks for itself again, without a script."""
    period = trends.period_of(request.GET.get("periodo"))
    found = trends.measured(period)
    context = {
        **admin.site.each_context(request),
        "title": _("Estado del sistema"),
        "findings": sorted(health.findings(), key=lambda finding: (finding.ok, not finding.vital)),
        "queues": [(QUEUES[name], count) for name, count in asdict(health.queues()).items()],
        "period": period,
        "periods": trends.PERIODS,
        "charts": trends.charts(period, found),
        "operations": trends.table(found),
        "samples": _samples(request),
        "jobs": rounds.rounds(jobs, titles),
        "processes": rounds.living(),
        "checked_at": clock.now(),
        "refresh": int(REFRESH.total_seconds()),
    }
    return TemplateResponse(request, "admin/yabot_status.html", context)


def _samples(request: HttpRequest) -> list[OperationSample]:
    """The newest operations that failed or were slow, for whoever may see them."""
    may = admin.site._registry[OperationSample].has_view_permission(request)
    return list(OperationSample.objects.order_by("-id")[:NEWEST]) if may else []


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """What the first page shows above the menu."""
    return {"cards": _cards(request), "worries": worries()}


def worries() -> list[Finding]:
    """The findings that are not well."""
    return [finding for finding in health.findings() if not finding.ok]


def _cards(request: HttpRequest) -> list[Card]:
    """The numbers the viewer may see. Counts stop at what nobody would read."""
    counts = health.queues()
    today = clock.now() - timedelta(days=1)
    undecided, dead = health.undecided_messages(), counts.dead
    cards: list[tuple[type[Model], Card]] = [
        (TelegramUser, _card(_("Lectores"), TelegramUser, _bounded(TelegramUser.objects.all()))),
        (
            TelegramUser,
            _card(_("Nuevos en 24 horas"), TelegramUser, _bounded(TelegramUser.objects.filter(created_at__gte=today))),
        ),
        (InboundUpdate, _card(_("Por atender"), InboundUpdate, counts.inbound, "?estado=0")),
        (OutgoingMessage, _card(_("Mensajes por enviar"), OutgoingMessage, counts.outgoing, "?estado=0")),
        (
            OutgoingMessage,
            _card(_("Mensajes que necesitan a una persona"), OutgoingMessage, undecided, "?estado=persona", worry=True),
        ),
        (Delivery, _card(_("Entregas abandonadas"), Delivery, dead, worry=True)),
    ]
    return [card for model, card in cards if admin.site._registry[model].has_view_permission(request)]


def _card(title: Text, model: type[Model], number: int, query: str = "", *, worry: bool = False) -> Card:
    tone = ("bad" if number else "good") if worry else "muted"
    return Card(title, number, changelist_url(model) + query, tone)


def _bounded(rows: Any) -> int:
    return BoundedPaginator(rows, 1).count
