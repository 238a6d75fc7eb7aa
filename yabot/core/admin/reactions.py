"""Who reacted to what."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yabot.core.admin.base import LargeTableAdmin, ReadOnlyAdmin
from yabot.core.admin.lists import ReaderRows, Since, of_place
from yabot.core.models import Reaction, ReactionTotal


@admin.register(Reaction)
class ReactionAdmin(ReadOnlyAdmin, ReaderRows):
    """Read only: reactions are Telegram's word."""

    icon = "favorite"
    list_display = ["created_at", "emoji", "reader", "chat_id", "message_id", "source"]
    list_filter = [Since]
    fields = ["emoji", "reader", "chat_id", "message_id", "source", "created_at"]


@admin.register(ReactionTotal)
class ReactionTotalAdmin(ReadOnlyAdmin, LargeTableAdmin):
    """Read only: the anonymous totals of channel posts."""

    icon = "monitoring"
    list_display = ["counted_at", "emoji", "total", "chat_id", "message_id"]
    list_filter = [Since]
    search_fields = ["chat_id"]
    search_help_text = _("Id del canal o número del mensaje")
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By channel or message."""
        return of_place(queryset, search_term), False
