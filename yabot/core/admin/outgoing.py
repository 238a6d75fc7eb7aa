"""What the bot owes Telegram, and what a person has to decide."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from yabot.core import messages as outbox
from yabot.core.admin import confirming
from yabot.core.admin.base import ReadOnlyAdmin, badge, column
from yabot.core.admin.chain import MESSAGE_TONES
from yabot.core.admin.confirming import Question
from yabot.core.admin.lists import ReaderRows, Since
from yabot.core.admin.reading import code_block, message_text, short
from yabot.core.models import MessageState, OutgoingMessage, TelegramChat

PART = 500
NEEDS_A_PERSON = MessageState.FAILED  # and what comes after it: unknown


class State(admin.SimpleListFilter):
    """The states, and those that wait for a decision together."""

    title = _("estado")
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """Those that need a person first."""
        return [("persona", _("necesitan a una persona")), *((str(state.value), state.label) for state in MessageState)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMessage]) -> QuerySet[OutgoingMessage]:
        """Messages in the chosen state."""
        value = self.value()
        if value == "persona":
            return queryset.filter(state__gte=NEEDS_A_PERSON)
        if not value or not value.isdigit():
            return queryset
        trouble = queryset.filter(state__gte=NEEDS_A_PERSON) if int(value) >= NEEDS_A_PERSON else queryset
        return trouble.filter(state=int(value))  # both, so that SQLite takes the index of what is in trouble


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(ReadOnlyAdmin, ReaderRows):
    """The outbox, with a second try for what failed."""

    icon = "outgoing_mail"
    list_display = ["created_at", "said", "to", "status", "attempts", "trouble", "chain"]
    list_filter = [State, Since]
    actions = ["retry"]
    readonly_fields = ["said", "to", "status", "readable", "chain"]
    fieldsets = [
        (None, {"fields": ["said", "to", "status", "error", "chain"]}),
        (_("Tiempos"), {"fields": ["created_at", "due_at", "claimed_at", "sent_at", "unknown_at", "attempts"]}),
        (
            _("Detalles técnicos"),
            {"fields": ["chat_id", "message_id", "method", "priority", "key", "readable"], "classes": ["collapse"]},
        ),
    ]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whoever may change messages may send them again; nobody edits them by hand."""
        return request.user.has_perm("core.change_outgoingmessage")

    @admin.action(description=_("Reintentar el envío"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[OutgoingMessage]) -> HttpResponse | None:
        """Queue failed and unconfirmed messages again; asks first where everybody could see it twice."""
        chosen = queryset.filter(state__gte=NEEDS_A_PERSON)
        public = chosen.filter(state=MessageState.UNKNOWN, chat_id__lt=0)
        if not confirming.is_confirmed(request) and public.exists():
            question = Question(
                _("Puede aparecer dos veces"), WARNINGS, lambda row: f"{self.to(row)}: {self.said(row)}"
            )
            return confirming.ask(self, request, public, question)
        keys = list(chosen.values_list("pk", flat=True))
        count = sum(outbox.retry(keys[start : start + PART]) for start in range(0, len(keys), PART))
        said = ngettext("%d mensaje vuelve a la cola.", "%d mensajes vuelven a la cola.", count) % count
        self.message_user(request, said, messages.SUCCESS if count else messages.WARNING)
        return None

    def prepare(self, rows: Sequence[OutgoingMessage]) -> None:
        """Read the names of all these rows' people and chats."""
        super().prepare(rows)
        titles = {chat.pk: str(chat) for chat in TelegramChat.objects.filter(pk__in={row.chat_id for row in rows})}
        for row in rows:
            row.chat_title = titles.get(row.chat_id, row.chat_id)  # type: ignore[attr-defined]

    def describe(self, row: OutgoingMessage) -> str:
        """The message in one line: to whom and what."""
        return f"{self.to(row)}: {self.said(row)}"

    @column(_("para"))
    def to(self, row: OutgoingMessage) -> str | None:
        """The person it goes to, or the group or channel it is written in."""
        if row.chat_id > 0:
            return self.reader(row)
        if "chat_title" not in row.__dict__:
            self.prepare([row])
        return str(row.__dict__["chat_title"])

    @column(_("qué dice"))
    def said(self, row: OutgoingMessage) -> str:
        """The message as its reader sees it, shortened; the method's name when it says nothing."""
        return short(message_text(row.payload), 60) or row.method

    @column(_("estado"), ordering="state")
    def status(self, row: OutgoingMessage) -> str:
        """The state, coloured."""
        return badge(row.get_state_display(), MESSAGE_TONES[MessageState(row.state)])

    @column(_("problema"), empty="—")
    def trouble(self, row: OutgoingMessage) -> str | None:
        """The beginning of the error."""
        return short(row.error, 50) or None

    @column(_("lo que se envía a Telegram"))
    def readable(self, row: OutgoingMessage) -> str:
        """The whole call."""
        return code_block(row.payload)


WARNINGS = [
    _("Telegram no confirmó si estas publicaciones de grupo o canal llegaron."),
    _("Mira primero en el canal: si ya están ahí y las reintentas, todos las verán dos veces."),
]
