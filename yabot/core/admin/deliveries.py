"""What the modules have not heard of, and what was given up."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from yabot.core import chains, delivery
from yabot.core.admin.base import ReadOnlyAdmin, Tone, badge, column
from yabot.core.admin.lists import ReaderRows, chain_link
from yabot.core.admin.reading import code_block, short
from yabot.core.models import Delivery

PART = 500


class AbandonedFirst(admin.SimpleListFilter):
    """Without a choice, the abandoned ones: the others need nobody."""

    title = _("estado")
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """The other choices."""
        return [("espera", _("en espera")), ("todas", _("todas"))]

    def choices(self, changelist: Any) -> Any:
        """Django's "all" is called what it is here."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("abandonadas")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Deliveries in the chosen state."""
        if self.value() == "todas":
            return queryset
        return queryset.filter(dead_at__isnull=self.value() == "espera")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin, ReaderRows):
    """Dead letters, with a way back to life."""

    icon = "markunread_mailbox"
    list_display = ["what", "to", "reader", "state", "attempts", "trouble", "chain"]
    list_filter = [AbandonedFirst]
    list_select_related = ["event"]
    ordering = ["-id"]
    actions = ["replay"]
    fields = ["what", "to", "reader", "state", "attempts", "due_at", "last_error", "readable", "chain"]

    def get_ordering(self, request: HttpRequest) -> Any:
        """Newest first, by the index that finds the rows asked for."""
        return ["-id"] if request.GET.get(AbandonedFirst.parameter_name) else ["-dead_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """With the event: every column and the page itself name it."""
        return super().get_queryset(request).select_related("event")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whoever may change deliveries may give them another life; nobody edits them by hand."""
        return request.user.has_perm("core.change_delivery")

    @admin.action(description=_("Volver a entregar"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Give the chosen dead letters all their tries again."""
        keys = list(queryset.filter(dead_at__isnull=False).values_list("pk", flat=True))
        count = sum(delivery.replay(keys[start : start + PART]) for start in range(0, len(keys), PART))
        said = ngettext("%d entrega vuelve a intentarse.", "%d entregas vuelven a intentarse.", count) % count
        self.message_user(request, said, messages.SUCCESS if count else messages.WARNING)

    @column(_("qué pasó"))
    def what(self, row: Delivery) -> chains.Text:
        """The event's name for people."""
        return chains.event_name(row.event.type)

    @column(_("quién no lo sabe"), ordering="module")
    def to(self, row: Delivery) -> str:
        """The module it waits for."""
        return chains.module_name(row.module)

    @column(_("estado"))
    def state(self, row: Delivery) -> str:
        """Abandoned or waiting."""
        return badge(_("abandonada"), Tone.BAD) if row.dead_at else badge(_("en espera"), Tone.CALM)

    @column(_("último error"), empty="—")
    def trouble(self, row: Delivery) -> str | None:
        """The beginning of the last error."""
        return short(row.last_error, 60) or None

    @column(_("datos"))
    def readable(self, row: Delivery) -> str:
        """The event's own numbers."""
        return code_block(row.event.payload)

    @column(_("cadena"))
    def chain(self, row: Delivery) -> str:
        """The way to the chain of the event."""
        return chain_link(row.event.correlation_id)
