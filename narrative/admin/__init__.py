"""The story's pages in the back office."""

from narrative.admin.desk.fragments import FragmentAdmin
from narrative.admin.desk.stories import StoryAdmin
from narrative.admin.goals import CommunityGoalAdmin
from narrative.admin.hints import HintAdmin, HintUnlockAdmin
from narrative.admin.lucien import LucienTemplateAdmin
from narrative.admin.reading import MediaFileAdmin, ReaderProgressAdmin, ReleaseAdmin

__all__ = [
    "CommunityGoalAdmin",
    "FragmentAdmin",
    "HintAdmin",
    "HintUnlockAdmin",
    "LucienTemplateAdmin",
    "MediaFileAdmin",
    "ReaderProgressAdmin",
    "ReleaseAdmin",
    "StoryAdmin",
]
