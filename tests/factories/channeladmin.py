"""Channels that want hearts, and posts that have them."""

import factory
from factory.django import DjangoModelFactory

from channeladmin.models import ChannelSettings, HeartPost, Subscription


class ChannelSettingsFactory(DjangoModelFactory):
    """A channel whose posts get the button."""

    class Meta:
        model = ChannelSettings

    chat_id = factory.Sequence(lambda number: -1_001_000_000_000 - number)
    heart_button = True


class HeartPostFactory(DjangoModelFactory):
    """A post with the button that nobody pressed yet."""

    class Meta:
        model = HeartPost

    chat_id = -1001
    message_id = factory.Sequence(lambda number: number + 1)


class SubscriptionFactory(DjangoModelFactory):
    """A reader who is VIP for ever."""

    class Meta:
        model = Subscription

    user_id = factory.Sequence(lambda number: 2_000_000 + number)
