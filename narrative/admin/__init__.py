"""The story's pages in the back office."""

from narrative.admin.desk.fragments import FragmentAdmin
from narrative.admin.desk.stories import StoryAdmin
from narrative.admin.goals import CommunityGoalAdmin
from narrative.admin.hints import HintAdmin, HintUnlockAdmin
from narrative.admin.lucien import LucienTemplateAdmin
from narrative.admin.reading import MediaFileAdmin, ReaderProgressAdmin, ReleaseAdmin
from narrative.admin.rules import DueLetterAdmin, LucienRuleAdmin

__all__ = [
    "CommunityGoalAdmin",
    "DueLetterAdmin",
    "FragmentAdmin",
    "HintAdmin",
    "HintUnlockAdmin",
    "LucienRuleAdmin",
    "LucienTemplateAdmin",
    "MediaFileAdmin",
    "ReaderProgressAdmin",
    "ReleaseAdmin",
    "StoryAdmin",
]
