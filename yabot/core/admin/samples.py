"""Single operations that failed or were slow."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import LargeTableAdmin, ReadOnlyAdmin, Tone, badge, column
from yabot.core.admin.lists import Since, chain_link
from yabot.core.admin.reading import milliseconds
from yabot.core.admin.trends import KINDS, has_chain
from yabot.core.chains import Text
from yabot.core.models import OperationSample


@admin.register(OperationSample)
class OperationSampleAdmin(ReadOnlyAdmin, LargeTableAdmin):
    """Read only: what went wrong or took long, with the way to its chain."""

    icon = "speed"
    list_display = ["at", "what", "module", "name", "took", "outcome", "error", "chain"]
    list_filter = [Since, "success", "kind"]
    search_fields = ["name", "error"]
    fields = ["at", "what", "module", "name", "took", "outcome", "error", "chain", "process"]

    @column(_("clase"), ordering="kind")
    def what(self, row: OperationSample) -> Text:
        """The kind, in words."""
        return KINDS.get(row.kind, row.kind)

    @column(_("duró"), ordering="ms")
    def took(self, row: OperationSample) -> str:
        """How long it took."""
        return milliseconds(row.ms / 1000)

    @column(_("resultado"), ordering="success")
    def outcome(self, row: OperationSample) -> str:
        """Failed, or slow."""
        return badge(_("lenta"), Tone.WARNING) if row.success else badge(_("falló"), Tone.BAD)

    @column(_("cadena"), empty="—")
    def chain(self, row: OperationSample) -> str | None:
        """The way to everything that belongs to it."""
        return chain_link(row.correlation_id) if row.correlation_id and has_chain(row.kind) else None
