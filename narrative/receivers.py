"""What the story does when something happened elsewhere."""

from collections.abc import Sequence

from django.dispatch import receiver

from gamification.events import BesitosAdded, besitos_added
from narrative.events import (
    DecisionMade,
    FragmentCompleted,
    HintOpened,
    decision_made,
    fragment_completed,
    hint_opened,
)
from narrative.services import goals, hints, rules
from yabot.core.reactions import ReactionDetected, ReactionsCounted, reaction_detected, reactions_counted


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


@receiver(decision_made, wish=lambda event: rules.any_active())
def write_after_a_decision(events: Sequence[DecisionMade], **_: object) -> None:
    """A reader took a choice: Lucien may have something to say."""
    rules.note(events)


@receiver(fragment_completed, wish=lambda event: rules.any_active())
def write_after_a_fragment(events: Sequence[FragmentCompleted], **_: object) -> None:
    """A reader left a fragment, or reached an ending: Lucien may have something to say."""
    rules.note(events)
