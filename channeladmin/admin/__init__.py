"""The channel's pages in the back office."""

from channeladmin.admin.hearts import ChannelSettingsAdmin, HeartPostAdmin
from channeladmin.admin.subscriptions import SubscriptionAdmin

__all__ = ["ChannelSettingsAdmin", "HeartPostAdmin", "SubscriptionAdmin"]
