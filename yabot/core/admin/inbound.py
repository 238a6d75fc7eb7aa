"""What Telegram told the bot."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import ReadOnlyAdmin, Tone, badge, column
from yabot.core.admin.chain import UPDATE_TONES, UPDATES
from yabot.core.admin.lists import ReaderRows
from yabot.core.admin.reading import code_block, short
from yabot.core.chains import Text
from yabot.core.models import InboundUpdate, UpdateState


@admin.register(InboundUpdate)
class InboundUpdateAdmin(ReadOnlyAdmin, ReaderRows):
    """Read only: every update as it came, with the reason where it failed."""

    icon = "inbox"
    list_display = ["received_at", "what", "reader", "status", "reason", "chain"]
    list_filter = ["state", "received_at"]
    fields = ["what", "reader", "received_at", "status", "error", "id", "readable", "chain"]

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
