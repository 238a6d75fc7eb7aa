"""Accounts: how many besitos everybody has."""

from django.contrib import admin

from gamification.admin.books import BookAdmin
from gamification.models import Account


@admin.register(Account)
class AccountAdmin(BookAdmin):
    """Wallets, what is put aside, the mint and the sink."""

    icon = "account_balance_wallet"
    list_display = ["reader", "kind", "balance", "created_at"]
    list_filter = ["kind"]
    fields = ["reader", "kind", "balance", "created_at"]
    readonly_fields = ["reader"]
    reference_field = None
