"""What the channel does when something happened elsewhere."""

from collections.abc import Sequence

from django.dispatch import receiver

from channeladmin.services import hearts
from yabot.core.models import ReactionSource
from yabot.core.reactions import ReactionDetected, reaction_detected


@receiver(reaction_detected, wish=lambda event: event.source == ReactionSource.BUTTON)
def count_hearts(events: Sequence[ReactionDetected], **_: object) -> None:
    """Somebody pressed a ❤️ button: the count on it changes."""
    hearts.count_hearts(events)
