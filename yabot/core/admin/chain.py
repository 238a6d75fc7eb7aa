"""The page of one chain: the update, what followed from it, and what came of that, readable without a programmer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from yabot.core import chains
from yabot.core.admin.base import Tone
from yabot.core.admin.lists import reader_names
from yabot.core.admin.reading import message_text, milliseconds, pretty, short
from yabot.core.chains import ChainLink, Text
from yabot.core.models import Delivery, EventRecord, InboundUpdate, MessageState, OutgoingMessage, UpdateState

UPDATES: dict[str, Text] = {
    "message": _("Llegó un mensaje"),
    "edited_message": _("Se corrigió un mensaje"),
    "channel_post": _("Se publicó en un canal"),
    "edited_channel_post": _("Se corrigió una publicación"),
    "callback_query": _("Se pulsó un botón"),
    "message_reaction": _("Alguien reaccionó a un mensaje"),
    "message_reaction_count": _("Cambió el total de reacciones de una publicación"),
    "my_chat_member": _("Cambió lo que el bot puede hacer en un chat"),
    "chat_member": _("Alguien entró o salió de un chat"),
    "chat_join_request": _("Alguien pide entrar"),
    "pre_checkout_query": _("Alguien va a pagar"),
    "poll_answer": _("Alguien respondió una encuesta"),
}
EVENTS: dict[str, Text] = {
    "reaction_detected": _("Reacción nueva"),
    "reactions_counted": _("Total de reacciones anónimas"),
    "reader_started": _("Alguien empezó a hablar con el bot"),
    "chat_moved": _("Un grupo cambió de identificador"),
}
UPDATE_TONES = {UpdateState.WAITING: Tone.CALM, UpdateState.DONE: Tone.GOOD, UpdateState.FAILED: Tone.BAD}
MESSAGE_TONES = {
    MessageState.QUEUED: Tone.CALM,
    MessageState.SENDING: Tone.CALM,
    MessageState.SENT: Tone.GOOD,
    MessageState.FAILED: Tone.BAD,
    MessageState.UNKNOWN: Tone.WARNING,
}


@dataclass(frozen=True, slots=True)
class Step:
    """A link as the page shows it: when it happened after the chain's beginning, and to whom."""

    link: ChainLink
    after: str
    person: str

    @property
    def indent(self) -> int:
        """The step's level, as far as the page can move it to the right."""
        return min(self.link.depth, 6)


def show_chain(request: HttpRequest, correlation_id: UUID) -> TemplateResponse:
    """Everything that came of one update. Raises Http404 when nothing did."""
    links = chains.links(correlation_id)
    if not links:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": _("Una cadena completa"),
        "correlation_id": correlation_id,
        "steps": steps(links),
        "opts": EventRecord._meta,
        "total": milliseconds(_span(links)),
    }
    return TemplateResponse(request, "admin/yabot_chain.html", context)


def steps(links: Sequence[ChainLink]) -> list[Step]:
    """The links with their distance from the first one and their people's names."""
    begin = min(link.at for link in links)
    names = reader_names({link.user_id for link in links if link.user_id})
    return [Step(link, f"+{milliseconds((link.at - begin).total_seconds())}", _person(link, names)) for link in links]


def _person(link: ChainLink, names: dict[int, str]) -> str:
    return names.get(link.user_id, str(link.user_id)) if link.user_id else ""


def _span(links: Sequence[ChainLink]) -> float:
    times = [link.at for link in links]
    return (max(times) - min(times)).total_seconds()


def core_links(correlation_id: UUID) -> list[ChainLink]:
    """What the foundation knows of a chain. Four statements."""
    return [
        *map(_of_update, InboundUpdate.objects.filter(correlation_id=correlation_id)),
        *map(_of_event, EventRecord.objects.filter(correlation_id=correlation_id)),
        *map(_of_delivery, Delivery.objects.filter(event__correlation_id=correlation_id).select_related("event")),
        *map(_of_message, OutgoingMessage.objects.filter(correlation_id=correlation_id)),
    ]


def _of_update(row: InboundUpdate) -> ChainLink:
    return ChainLink(
        id=row.correlation_id,
        at=row.received_at,
        title=UPDATES.get(row.kind, row.kind),
        text=short(row.error, 300),
        user_id=row.user_id,
        state=row.get_state_display(),
        tone=UPDATE_TONES.get(UpdateState(row.state), Tone.MUTED),
        details=pretty(row.payload),
        url=_page(row),
    )


def _of_event(row: EventRecord) -> ChainLink:
    return ChainLink(
        id=row.pk,
        at=row.occurred_at,
        title=chains.event_name(row.type),
        text=_emoji(row.payload),
        cause=row.causation_id,
        user_id=row.user_id,
        state=_("sucedió"),
        details=pretty(row.payload),
        url=_page(row),
    )


def _emoji(payload: str) -> str:
    """The reaction itself, where the event is about one."""
    values = json.loads(payload) if payload.startswith("{") else {}
    return str(values.get("emoji") or "")


def _of_delivery(row: Delivery) -> ChainLink:
    return ChainLink(
        id=row.pk,
        at=row.dead_at or row.event.occurred_at,
        title=_now("«%(module)s» todavía no lo sabe") % {"module": chains.module_name(row.module)},
        text=short(row.last_error, 300),
        cause=row.event_id,
        state=_("abandonada") if row.dead_at else _("en espera"),
        tone=Tone.BAD if row.dead_at else Tone.CALM,
        url=_page(row),
    )


def _of_message(row: OutgoingMessage) -> ChainLink:
    return ChainLink(
        id=row.pk,
        at=row.sent_at or row.created_at,
        title=_("Mensaje del bot"),
        text=short(message_text(row.payload), 300) or row.method,
        cause=row.causation_id,
        user_id=row.user_id,
        state=f"{row.get_state_display()} · {row.message_id}" if row.message_id else row.get_state_display(),
        tone=MESSAGE_TONES[MessageState(row.state)],
        details="\n".join(part for part in (row.error, pretty(row.payload)) if part),
        url=_page(row),
    )


def _page(row: Any) -> str:
    return reverse(f"admin:core_{row._meta.model_name}_change", args=[row.pk])


chains.offer("core", core_links, event_names=EVENTS)
