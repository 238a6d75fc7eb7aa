"""Who belongs to what. Declared for whoever asks; ``channeladmin`` provides it once it has subscriptions."""

from dataclasses import dataclass, field
from datetime import datetime

from yabot.core.ports.operations import MOST_READERS, Question


@dataclass(frozen=True, slots=True)
class MembershipsAsked:
    """Whose memberships."""

    user_ids: tuple[int, ...] = field(metadata={"maxItems": MOST_READERS})


@dataclass(frozen=True, slots=True)
class Membership:
    """A membership that is in force; ``ends_at`` is None when it has no end."""

    plan: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Memberships:
    """The memberships in force; people without one are absent."""

    by_user: dict[int, Membership]


memberships: Question[MembershipsAsked, Memberships] = Question(
    "channeladmin", "memberships", MembershipsAsked, Memberships, summary="Which readers are VIP, and until when"
)


@dataclass(frozen=True, slots=True)
class InvitationAsked:
    """Nothing has to be said."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where somebody becomes VIP, and what the button says in each language; an empty ``url``: nobody has said."""

    url: str = ""
    es: str = ""
    en: str = ""


invitation: Question[InvitationAsked, Invitation] = Question(
    "channeladmin", "invitation", InvitationAsked, Invitation, summary="How somebody becomes VIP"
)
