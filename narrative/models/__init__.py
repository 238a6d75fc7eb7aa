"""The rows of the story."""

from narrative.models.goals import CommunityGoal
from narrative.models.hints import Hint, HintUnlock
from narrative.models.lucien import PLACEHOLDERS, LucienTemplate, in_words, text_problems
from narrative.models.second_looks import SecondLook

__all__ = [
    "PLACEHOLDERS",
    "CommunityGoal",
    "Hint",
    "HintUnlock",
    "LucienTemplate",
    "SecondLook",
    "in_words",
    "text_problems",
]
