"""The log of what happened."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from yabot.core import chains
from yabot.core.admin.base import ReadOnlyAdmin, column
from yabot.core.admin.chain import show_chain
from yabot.core.admin.lists import ReaderRows, Since
from yabot.core.admin.reading import code_block, one_line
from yabot.core.events import EventSignal
from yabot.core.models import EventRecord


class WhatHappened(admin.SimpleListFilter):
    """Every kind of event this system knows, without asking a large table which it holds."""

    title = _("tipo de suceso")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """The kinds, by their names for people."""
        return sorted(((name, chains.event_name(name)) for name in EventSignal.known), key=lambda kind: str(kind[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[EventRecord]) -> QuerySet[EventRecord]:
        """Events of the chosen kind."""
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(EventRecord)
class EventRecordAdmin(ReadOnlyAdmin, ReaderRows):
    """Read only: what happened cannot be changed."""

    icon = "history"
    list_display = ["occurred_at", "what", "reader", "data", "chain"]
    list_filter = [WhatHappened, Since]
    fields = ["what", "reader", "occurred_at", "sequence", "priority", "readable", "chain"]

    def get_ordering(self, request: HttpRequest) -> Any:
        """Newest first, by the index that finds the rows asked for."""
        return ["-occurred_at"] if request.GET.get(WhatHappened.parameter_name) else ["-id"]

    def get_urls(self) -> list[URLPattern]:
        """The chain's page beside the list."""
        chain = path(
            "chain/<uuid:correlation_id>/", self.admin_site.admin_view(self.chain_view), name="core_eventrecord_chain"
        )
        return [chain, *super().get_urls()]

    def chain_view(self, request: HttpRequest, correlation_id: UUID) -> HttpResponse:
        """One chain, for whoever may read the log. Raises PermissionDenied for others."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return show_chain(request, correlation_id)

    @column(_("qué pasó"), ordering="type")
    def what(self, row: EventRecord) -> chains.Text:
        """The event's name for people."""
        return chains.event_name(row.type)

    @column(_("datos"), empty="—")
    def data(self, row: EventRecord) -> str | None:
        """The beginning of the event's own numbers."""
        return one_line(row.payload) or None

    @column(_("datos"))
    def readable(self, row: EventRecord) -> str:
        """All of the event's own numbers."""
        return code_block(row.payload)
