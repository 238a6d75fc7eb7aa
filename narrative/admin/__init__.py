"""The story's pages in the back office."""

from narrative.admin.goals import CommunityGoalAdmin
from narrative.admin.hints import HintAdmin, HintUnlockAdmin
from narrative.admin.lucien import LucienTemplateAdmin

__all__ = ["CommunityGoalAdmin", "HintAdmin", "HintUnlockAdmin", "LucienTemplateAdmin"]
