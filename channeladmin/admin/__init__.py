"""The channel's pages in the back office."""

from channeladmin.admin.hearts import ChannelSettingsAdmin, HeartPostAdmin
from channeladmin.admin.subscriptions import SubscriptionAdmin, VipInvitationAdmin

__all__ = ["ChannelSettingsAdmin", "HeartPostAdmin", "SubscriptionAdmin", "VipInvitationAdmin"]
