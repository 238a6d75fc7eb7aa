"""The rows of the channel."""

from channeladmin.models.hearts import ChannelSettings, HeartPost

__all__ = ["ChannelSettings", "HeartPost"]
