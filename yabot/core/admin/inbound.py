"""What Telegram told the bot."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import ReadOnlyAdmin, Tone, badge, column
from yabot.core.admin.chain import UPDATE_TONES, UPDATES
from yabot.core.admin.lists import ReaderRows
from yabot.core.admin.reading import code_block, short
from yabot.core.chains import Text
from yabot.core.models import InboundUpdate, UpdateState


class Waiting(admin.SimpleListFilter):
    """What somebody may have to look after; nearly all the others are done."""

    title = _("estado")
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """Waiting or failed."""
        return [(str(state.value), state.label) for state in (UpdateState.WAITING, UpdateState.FAILED)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboundUpdate]) -> QuerySet[InboundUpdate]:
        """Updates in the chosen state."""
        value = self.value()
        return queryset.filter(state=int(value)) if value and value.isdigit() else queryset


@admin.register(InboundUpdate)
class InboundUpdateAdmin(ReadOnlyAdmin, ReaderRows):
    """Read only: every update as it came, with the reason where it failed."""

    icon = "inbox"
    list_display = ["received_at", "what", "reader", "status", "reason", "chain"]
    list_filter = [Waiting, "received_at"]
    fields = ["what", "reader", "received_at", "status", "error", "id", "readable", "chain"]

    def get_ordering(self, request: HttpRequest) -> Any:
        """Newest first, by the index that finds the rows asked for."""
        return ["-id"] if request.GET.get(Waiting.parameter_name) else ["-received_at"]

    @column(_("qué llegó"), ordering="kind")
    def what(self, row: InboundUpdate) -> Text:
        """The kind of update, for people."""
        return UPDATES.get(row.kind, row.kind)

    @column(_("estado"), ordering="state")
    def status(self, row: InboundUpdate) -> str:
        """The state, coloured."""
        return badge(row.get_state_display(), UPDATE_TONES.get(UpdateState(row.state), Tone.MUTED))

    @column(_("por qué falló"), empty="—")
    def reason(self, row: InboundUpdate) -> str | None:
        """The beginning of the error."""
        return short(row.error, 80) or None

    @column(_("datos"))
    def readable(self, row: InboundUpdate) -> str:
        """All that Telegram sent."""
        return code_block(row.payload)
