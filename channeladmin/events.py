"""What happened in the channel."""

from dataclasses import dataclass
from uuid import UUID

from yabot.core.events import Event, EventSignal


@dataclass(frozen=True, kw_only=True, slots=True)
class MembershipBegun(Event):
    """A reader is VIP from now on, who was not before. Published by ``subscriptions.announce_due``.

    Not published for a subscription that follows another without a gap.
    """

    plan: str
    subscription_id: UUID


membership_begun = EventSignal(MembershipBegun)
