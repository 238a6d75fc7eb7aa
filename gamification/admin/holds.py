"""Holds: besitos put aside."""

from django.contrib import admin

from gamification.admin.books import BookAdmin
from gamification.models import Hold


@admin.register(Hold)
class HoldAdmin(BookAdmin):
    """What is put aside, and how it ended."""

    icon = "lock_clock"
    list_display = ["reader", "amount", "reason", "state", "reference", "created_at", "ended_at"]
    list_filter = ["state"]
    fields = ["reader", "amount", "reason", "state", "reference", "expires_at", "created_at", "ended_at"]
    readonly_fields = ["reader"]
