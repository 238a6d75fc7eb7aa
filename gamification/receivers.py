"""What this module does when something happened elsewhere."""

from collections.abc import Sequence

from django.dispatch import receiver

from gamification.services import rewards
from yabot.core.reactions import ReactionDetected, reaction_detected


@receiver(reaction_detected)
def reward_reactions(events: Sequence[ReactionDetected], **_: object) -> None:
    """Reactions earn besitos."""
    rewards.reward_reactions(events)
