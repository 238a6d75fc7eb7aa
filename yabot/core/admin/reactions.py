"""Who reacted to what."""

from django.contrib import admin

from yabot.core.admin.base import LargeTableAdmin, ReadOnlyAdmin
from yabot.core.admin.lists import ReaderRows, Since
from yabot.core.models import Reaction, ReactionTotal


@admin.register(Reaction)
class ReactionAdmin(ReadOnlyAdmin, ReaderRows):
    """Read only: reactions are Telegram's word."""

    icon = "favorite"
    list_display = ["created_at", "emoji", "reader", "chat_id", "message_id", "source"]
    list_filter = ["source", Since]
    fields = ["emoji", "reader", "chat_id", "message_id", "source", "created_at"]


@admin.register(ReactionTotal)
class ReactionTotalAdmin(ReadOnlyAdmin, LargeTableAdmin):
    """Read only: the anonymous totals of channel posts."""

    icon = "monitoring"
    list_display = ["counted_at", "emoji", "total", "chat_id", "message_id"]
    search_fields = ["chat_id", "message_id"]
    ordering = ["-counted_at"]
