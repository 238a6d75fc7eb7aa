"""What the economy answers about besitos, and does with them. Provided by ``gamification``."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from yabot.core.ports.operations import MOST_READERS, Order, Question


@dataclass(frozen=True, slots=True)
class BalancesAsked:
    """Whose besitos."""

    user_ids: tuple[int, ...] = field(metadata={"maxItems": MOST_READERS})


@dataclass(frozen=True, slots=True)
class Balances:
    """The besitos each of them can spend; people without a wallet are absent."""

    by_user: dict[int, int]


balances: Question[BalancesAsked, Balances] = Question(
    "gamification", "balances", BalancesAsked, Balances, summary="How many besitos readers can spend"
)


class SpendReason(StrEnum):
    """What other modules let readers pay for, as it stands in the reader's history."""

    FRAGMENT = "fragment"
    ITEM = "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendOrdered:
    """Who pays how much, for what, and the reference that makes this payment happen once.

    ``note`` says in the reader's history what it was for.
    """

    user_id: int
    amount: int = field(metadata={"minimum": 1, "maximum": 10**12})
    reason: SpendReason
    reference: str = field(metadata={"minLength": 1, "maxLength": 190})
    note: str = field(default="", metadata={"maxLength": 200})


@dataclass(frozen=True, slots=True)
class Spent:
    """The movement the reference stands for, made now or when the order came first."""

    transfer_id: UUID
    amount: int


spend: Order[SpendOrdered, Spent] = Order(
    "gamification", "spend", SpendOrdered, Spent, summary="Take besitos from a reader, once per reference"
)
