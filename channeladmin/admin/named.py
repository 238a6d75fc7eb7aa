"""Rows of a channel, shown by its name."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import ModelAdmin, column
from yabot.core.models import TelegramChat

MOST_CHANNELS = 200


class ChannelRows(ModelAdmin):
    """A list with the column ``channel``, and a search that understands names and ids."""

    search_fields = ["chat_id"]
    search_help_text = _("Busca por el nombre, el @usuario o el id del canal.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows with their channels' names, in the same statement."""
        chat = TelegramChat.objects.filter(pk=OuterRef("chat_id"))
        found: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = found.annotate(
            chat_title=Subquery(chat.values("title")[:1]),
            chat_username=Subquery(chat.values("username")[:1]),
            chat_status=Subquery(chat.values("bot_status")[:1]),
        )
        return named

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows of the channel with this id, or with this in its name."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.lstrip("-").isdigit() and len(term) < 19:
            return queryset.filter(chat_id=int(term)), False
        name = term.lstrip("@")
        called = TelegramChat.objects.filter(Q(title__icontains=name) | Q(username__icontains=name))
        return queryset.filter(chat_id__in=list(called.values_list("pk", flat=True)[:MOST_CHANNELS])), False

    @column(_("canal"), ordering="chat_id")
    def channel(self, row: Any) -> str:
        """The channel's name, or its id while the bot has not met it."""
        return row.chat_title or str(row.chat_id)
