"""The rows of the channel."""

from channeladmin.models.hearts import ChannelSettings, HeartPost
from channeladmin.models.invitations import VipInvitation
from channeladmin.models.subscriptions import Subscription

__all__ = ["ChannelSettings", "HeartPost", "Subscription", "VipInvitation"]
