"""Transfers: every movement of besitos, with its two entries."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gamification.admin.books import BookAdmin
from gamification.models import Entry, Transfer
from gamification.services import wallets
from yabot.core.admin import confirming
from yabot.core.admin.base import ReadOnlyAdmin, TabularInline, column
from yabot.core.admin.confirming import Question
from yabot.core.admin.lists import Since, chain_link
from yabot.core.errors import DomainError

UNDO_WARNINGS = [
    _("Cada movimiento recibe un asiento contrario, una sola vez. Los dos quedan en el libro, con tu nombre."),
    _("Lo que se pagó vuelve al lector; lo que recibió se le quita, si todavía lo tiene. No recibe ningún aviso."),
]


class EntryInline(ReadOnlyAdmin, TabularInline):
    """The two sides of a transfer."""

    model = Entry
    fields = ["account", "amount", "balance_after", "created_at"]
    readonly_fields = ["account", "amount", "balance_after", "created_at"]
    ordering = ["id"]
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The entries with their accounts."""
        found: QuerySet[Any] = super().get_queryset(request)
        return found.select_related("account")


@admin.register(Transfer)
class TransferAdmin(BookAdmin):
    """The ledger."""

    icon = "swap_horiz"
    list_display = ["created_at", "reader", "reason", "amount", "source", "target", "reference", "chain"]
    list_display_links = ["created_at", "reference"]
    list_filter = ["reason", Since]
    list_select_related = ["source", "target"]
    fieldsets = [
        (None, {"fields": ["reader", "reason", "amount", "source", "target", "note", "created_at"]}),
        (_("De dónde viene"), {"fields": ["reference", "origin_id", "chain"]}),
    ]
    readonly_fields = ["reader", "chain"]
    inlines = [EntryInline]
    actions = ["undo"]

    @column(_("cadena"))
    def chain(self, row: Transfer) -> str:
        """Everything that happened around this movement."""
        return chain_link(row.correlation_id)

    def has_correct_permission(self, request: HttpRequest) -> bool:
        """Whoever may undo movements."""
        return request.user.has_perm("gamification.correct_transfer")

    @admin.action(description=_("Deshacer (asiento contrario)"), permissions=["correct"])
    def undo(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Post the opposite of each movement, after a question; both stay in the ledger."""
        if not confirming.is_confirmed(request):
            question = Question(gettext("¿Deshacer estos movimientos?"), UNDO_WARNINGS, self._line)
            return confirming.ask(self, request, queryset, question)
        done = self._undo(request, queryset)
        if done:
            text = ngettext("%d movimiento deshecho.", "%d movimientos deshechos.", done) % done
            self.message_user(request, text, messages.SUCCESS)
        return None

    def _line(self, row: Transfer) -> str:
        """A movement in the question: whose, how much, what for."""
        return f"{self.reader(row)} · {row.amount} besitos · {row.get_reason_display()} · {row.reference}"

    def _undo(self, request: HttpRequest, queryset: QuerySet[Any]) -> int:
        """How many could be undone; the others are explained."""
        done = 0
        note = gettext("deshecho desde la administración")
        for row in list(queryset):
            try:
                wallets.correct(row.pk, request.user.get_username(), note)
            except DomainError as error:
                text = f"{row.reference}: {error.sentence(get_language() or 'es')}"
                self.message_user(request, text, messages.ERROR)
            else:
                self.log_change(request, row, note)
                done += 1
        return done
