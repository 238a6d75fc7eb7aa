"""The rows of the economy."""

from gamification.models.accounts import MINT_ID, SINK_ID, Account, AccountKind
from gamification.models.holds import Hold, HoldState
from gamification.models.rewards import ReactionReward
from gamification.models.transfers import Entry, Reason, Transfer

__all__ = [
    "MINT_ID",
    "SINK_ID",
    "Account",
    "AccountKind",
    "Entry",
    "Hold",
    "HoldState",
    "ReactionReward",
    "Reason",
    "Transfer",
]
