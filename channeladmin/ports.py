"""What the channel answers other modules."""

from channeladmin.services import subscriptions
from yabot.core.ports import memberships as port
from yabot.core.ports.memberships import Invitation, InvitationAsked, Membership, Memberships, MembershipsAsked


def provide() -> None:
    """Answer in this process."""
    port.memberships.provide(memberships)
    port.invitation.provide(invitation)


def memberships(asked: MembershipsAsked) -> Memberships:
    """The memberships in force."""
    found = subscriptions.in_force(asked.user_ids)
    return Memberships({user: Membership(row.plan, row.ends_at) for user, row in found.items()})


def invitation(_asked: InvitationAsked) -> Invitation:
    """How somebody becomes VIP."""
    row = subscriptions.invitation()
    return Invitation(row.url, row.words_es, row.words_en) if row else Invitation()
