"""The economy's pages in the back office."""

from gamification.admin.accounts import AccountAdmin
from gamification.admin.holds import HoldAdmin
from gamification.admin.rewards import ReactionRewardAdmin
from gamification.admin.transfers import TransferAdmin

__all__ = ["AccountAdmin", "HoldAdmin", "ReactionRewardAdmin", "TransferAdmin"]
