"""What this module does when something happened elsewhere."""

from collections.abc import Sequence

from django.dispatch import receiver

from gamification.models import Reason
from gamification.services import credits, rewards, rules
from narrative.events import BesitosPromised, besitos_promised
from yabot.core.reactions import ReactionDetected, reaction_detected
from yabot.core.reader_events import ChatMoved, chat_moved


@receiver(reaction_detected)
def reward_reactions(events: Sequence[ReactionDetected], **_: object) -> None:
    """Reactions earn besitos."""
    rewards.reward_reactions(events)


@receiver(besitos_promised)
def pay_what_the_story_promised(events: Sequence[BesitosPromised], **_: object) -> None:
    """A choice of the story gives besitos."""
    credits.add_many(
        credits.Credit(event.user_id, event.amount, Reason.FRAGMENT, event.reference, event.trace, event.note)
        for event in events
        if event.user_id is not None
    )


@receiver(chat_moved)
def follow_moved_groups(events: Sequence[ChatMoved], **_: object) -> None:
    """A group has another id now: its rules follow it."""
    for event in events:
        rules.move(chat_id=event.chat_id, moved_to=event.moved_to)
