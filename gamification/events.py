"""What happens in the economy."""

from dataclasses import dataclass
from uuid import UUID

from yabot.core.events import Event, EventSignal


@dataclass(frozen=True, kw_only=True, slots=True)
class BesitosAdded(Event):
    """A reader earned besitos. Published by ``wallets.add`` and ``wallets.add_many``.

    Not published by a repeated call, a released hold or a correction. ``balance`` is what they have after it.
    """

    amount: int
    balance: int
    reason: str
    reference: str
    transfer_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class BesitosSpent(Event):
    """A reader paid besitos. Published by ``wallets.spend`` and ``wallets.capture`` (with the hold's reference).

    Not published by a repeated call, a hold or a correction. ``balance`` is what they have after it.
    """

    amount: int
    balance: int
    reason: str
    reference: str
    transfer_id: UUID


besitos_added = EventSignal(BesitosAdded)
besitos_spent = EventSignal(BesitosSpent)
