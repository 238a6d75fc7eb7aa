"""The rows of the story."""

from narrative.models.goals import CommunityGoal
from narrative.models.hints import Hint, HintUnlock
from narrative.models.lucien import PLACEHOLDERS, LucienTemplate, in_words, text_problems
from narrative.models.second_looks import SecondLook
from narrative.models.stories import ProgressStep, ReaderProgress, Release, StepKind, Story

__all__ = [
    "PLACEHOLDERS",
    "CommunityGoal",
    "Hint",
    "HintUnlock",
    "LucienTemplate",
    "ProgressStep",
    "ReaderProgress",
    "Release",
    "SecondLook",
    "StepKind",
    "Story",
    "in_words",
    "text_problems",
]
