"""The channel's pages in the back office."""

from channeladmin.admin.hearts import ChannelSettingsAdmin, HeartPostAdmin

__all__ = ["ChannelSettingsAdmin", "HeartPostAdmin"]
