"""What the story does when something happened elsewhere."""

from collections.abc import Sequence

from django.dispatch import receiver

from channeladmin.events import MembershipBegun, membership_begun
from gamification.events import BesitosAdded, besitos_added
from narrative.events import (
    DecisionMade,
    FragmentCompleted,
    HintOpened,
    HintUnlocked,
    StoryBegun,
    decision_made,
    fragment_completed,
    hint_opened,
    hint_unlocked,
    story_begun,
)
from narrative.models import Occasion
from narrative.services import goals, happenings, hints, rules
from yabot.core.reactions import ReactionDetected, ReactionsCounted, reaction_detected, reactions_counted
from yabot.core.reader_events import ReaderStarted, reader_started


@receiver(besitos_added)
def open_hints_by_balance(events: Sequence[BesitosAdded], **_: object) -> None:
    """Somebody has more besitos: a hint may open."""
    hints.unlock_by_balance(events)


@receiver(reaction_detected, wish=lambda event: hints.watches_reactions())
def open_hints_by_reaction(events: Sequence[ReactionDetected], **_: object) -> None:
    """Somebody reacted: a hint may open. Not heard while no hint opens by reactions."""
    hints.unlock_by_reaction(events)


@receiver(reactions_counted)
def count_goals(events: Sequence[ReactionsCounted], **_: object) -> None:
    """A channel's total changed: a goal may be reached."""
    goals.count(events)


@receiver(hint_opened)
def open_for_everyone(events: Sequence[HintOpened], **_: object) -> None:
    """A hint opens for everyone: the next chunk of readers."""
    for event in events:
        hints.open_for_chunk(event)


# --- Lucien's habits --------------------------------------------------------------------------------------------------
@receiver(reader_started, wish=lambda event: rules.any_for(Occasion.STARTED))
def write_to_a_newcomer(events: Sequence[ReaderStarted], **_: object) -> None:
    """Somebody wrote to the bot for the first time."""
    rules.note([happenings.start(event) for event in events])


@receiver(story_begun, wish=lambda event: rules.any_for(Occasion.BEGUN))
def write_after_a_beginning(events: Sequence[StoryBegun], **_: object) -> None:
    """A reader began a story."""
    rules.note([happenings.beginning(event) for event in events])


@receiver(decision_made, wish=lambda event: rules.any_for(Occasion.DECISION))
def write_after_a_decision(events: Sequence[DecisionMade], **_: object) -> None:
    """A reader took a choice."""
    rules.note([happenings.decision(event) for event in events])


@receiver(fragment_completed, wish=lambda event: rules.any_for(happenings.occasion_of(event)))
def write_after_a_fragment(events: Sequence[FragmentCompleted], **_: object) -> None:
    """A reader left a fragment, or reached an ending."""
    rules.note([happenings.completion(event) for event in events])


@receiver(hint_unlocked, wish=lambda event: rules.any_for(Occasion.HINT))
def write_after_a_discovery(events: Sequence[HintUnlocked], **_: object) -> None:
    """A hint opened for a reader."""
    rules.note([happenings.discovery(event) for event in events])


@receiver(besitos_added)
def write_after_a_payment(events: Sequence[BesitosAdded], **_: object) -> None:
    """Somebody has more besitos: perhaps as many as Lucien waits for."""
    if rules.any_for(Occasion.BESITOS):
        rules.note([happenings.payment(event) for event in events])


@receiver(membership_begun, wish=lambda event: rules.any_for(Occasion.VIP))
def write_to_a_new_vip(events: Sequence[MembershipBegun], **_: object) -> None:
    """Somebody is VIP from now on."""
    rules.note([happenings.membership(event) for event in events])
