"""What a story does outside itself: prices through the economy's port, gifts as events with unique references."""

from collections.abc import Sequence
from dataclasses import dataclass

from narrative.events import BesitosPromised, ItemsChanged, MissionAssigned
from narrative.services import hints, lucien
from narrative.services.about import About
from narrative.services.lucien import Letter
from narrative.story.effects import (
    AssignMission,
    GiveBesitos,
    GiveItem,
    SendLetter,
    TakeItem,
    UnlockHint,
)
from narrative.story.engine import Deed
from yabot.core.events import Event, publish
from yabot.core.ports import wallets
from yabot.core.ports.wallets import SpendOrdered, SpendReason
from yabot.core.transactions import atomic


def pay(user_id: int, amount: int, *, reference: str, note: str) -> None:
    """Take the price of a choice, once for each reference. Raises Refused, PortUnavailable."""
    order = SpendOrdered(user_id=user_id, amount=amount, reason=SpendReason.FRAGMENT, reference=reference, note=note)
    wallets.spend.give(order)


@dataclass(frozen=True, slots=True)
class Step:
    """Whose step it is, in which ``reading``, and the ``note`` that names it in the reader's history.

    What a choice does is about what the reader ``left``, what arriving does about what they ``reached``.
    """

    user_id: int
    reading: str
    note: str
    left: About
    reached: About


@atomic
def do(step: Step, deeds: Sequence[Deed]) -> list[str]:
    """Do what a step does outside the story, each deed once in its reading; the references.

    Whoever does it does it once for each reference: the economy for besitos, the outbox for letters; a hint opens once.
    """
    user_id, reading = step.user_id, step.reading
    events: list[Event] = []
    references: list[str] = []
    for deed in deeds:
        effect, mine = deed.effect, f"{reading}:{deed.name}"
        references.append(mine)
        if isinstance(effect, GiveBesitos):
            events.append(BesitosPromised(user_id=user_id, amount=effect.amount, reference=mine, note=step.note))
        elif isinstance(effect, GiveItem | TakeItem):
            count = effect.count if isinstance(effect, GiveItem) else -effect.count
            events.append(ItemsChanged(user_id=user_id, item=effect.item, count=count, reference=mine))
        elif isinstance(effect, AssignMission):
            events.append(MissionAssigned(user_id=user_id, mission=effect.mission, reference=mine))
    if events:
        publish(events)
    letters = [
        Letter(deed.effect.letter, user_id, f"{reading}:{deed.name}", about=step.left if deed.choice else step.reached)
        for deed in deeds
        if isinstance(deed.effect, SendLetter)
    ]
    lucien.write_all(letters)
    keys = [deed.effect.hint for deed in deeds if isinstance(deed.effect, UnlockHint)]
    if keys:
        hints.open_for_reader(user_id, keys)
    return references
