"""What a story does outside itself: prices through the economy's port, gifts as events with unique references."""

from collections.abc import Sequence

from narrative.events import BesitosPromised, ItemsChanged, MissionAssigned
from narrative.services import hints, lucien
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


@atomic
def do(user_id: int, deeds: Sequence[Deed], *, reading: str, note: str) -> list[str]:
    """Do what a step does outside the story, each deed once in this ``reading``; the references.

    ``note`` names the step in the reader's history.
    Whoever does it does it once for each reference: the economy for besitos, the outbox for letters; a hint opens once.
    """
    events: list[Event] = []
    references: list[str] = []
    for deed in deeds:
        effect, mine = deed.effect, f"{reading}:{deed.name}"
        references.append(mine)
        if isinstance(effect, GiveBesitos):
            events.append(BesitosPromised(user_id=user_id, amount=effect.amount, reference=mine, note=note))
        elif isinstance(effect, GiveItem | TakeItem):
            count = effect.count if isinstance(effect, GiveItem) else -effect.count
            events.append(ItemsChanged(user_id=user_id, item=effect.item, count=count, reference=mine))
        elif isinstance(effect, AssignMission):
            events.append(MissionAssigned(user_id=user_id, mission=effect.mission, reference=mine))
    if events:
        publish(events)
    lucien.write_all(_letters(user_id, deeds, reading))
    keys = [deed.effect.hint for deed in deeds if isinstance(deed.effect, UnlockHint)]
    if keys:
        hints.open_for_reader(user_id, keys)
    return references


def _letters(user_id: int, deeds: Sequence[Deed], reading: str) -> list[Letter]:
    return [
        Letter(deed.effect.letter, user_id, f"{reading}:{deed.name}")
        for deed in deeds
        if isinstance(deed.effect, SendLetter)
    ]
