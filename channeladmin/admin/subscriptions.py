"""Subscriptions: who is VIP."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from channeladmin.models import Subscription, VipInvitation
from yabot.core import clock
from yabot.core.admin.base import ModelAdmin, Tone, badge, column
from yabot.core.admin.lists import ReaderRows, Since


@admin.register(Subscription)
class SubscriptionAdmin(ReaderRows):
    """Who is VIP, and until when."""

    icon = "star"
    list_display = ["reader", "plan", "state", "starts_at", "ends_at"]
    list_filter = [Since]
    ordering = ["-id"]
    fields = ["user_id", "plan", "starts_at", "ends_at", "note"]

    @column(_("estado"))
    def state(self, row: Subscription) -> Any:
        """Whether it is in force."""
        now = clock.now()
        if row.starts_at > now:
            return badge(_("aún no"), Tone.CALM)
        if row.ends_at and row.ends_at <= now:
            return badge(_("terminada"), Tone.MUTED)
        return badge(_("en vigor"), Tone.GOOD)


@admin.register(VipInvitation)
class VipInvitationAdmin(ModelAdmin):
    """The button before a closed chapter."""

    icon = "door_open"
    list_display = ["url", "words_es", "words_en"]
    fields = ["url", "words_es", "words_en"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Until there is one. The menu, which asks on every page, is not told: it leads to the list anyway."""
        here = request.resolver_match is not None and "vipinvitation" in (request.resolver_match.url_name or "")
        return super().has_add_permission(request) and not (here and VipInvitation.objects.exists())
