"""The rows of the story."""

from narrative.models.checks import DraftCheck
from narrative.models.drafts import (
    Choice,
    Declaration,
    DeclarationKind,
    Fragment,
    FragmentTag,
    FragmentText,
    FragmentVersion,
    Locked,
    MediaFile,
    MediaKind,
    Reference,
    Repeat,
    StoryPath,
)
from narrative.models.due_letters import DueLetter
from narrative.models.goals import CommunityGoal
from narrative.models.hints import Hint, HintCombination, HintUnlock, plain_code
from narrative.models.links import StoryLink
from narrative.models.lucien import PLACEHOLDERS, LucienTemplate, in_words, text_problems
from narrative.models.occasions import Occasion
from narrative.models.rules import LucienRule
from narrative.models.second_looks import SecondLook
from narrative.models.stories import ProgressStep, ReaderProgress, Release, StepKind, Story

__all__ = [
    "PLACEHOLDERS",
    "Choice",
    "CommunityGoal",
    "Declaration",
    "DeclarationKind",
    "DraftCheck",
    "DueLetter",
    "Fragment",
    "FragmentTag",
    "FragmentText",
    "FragmentVersion",
    "Hint",
    "HintCombination",
    "HintUnlock",
    "Locked",
    "LucienRule",
    "LucienTemplate",
    "MediaFile",
    "MediaKind",
    "Occasion",
    "ProgressStep",
    "ReaderProgress",
    "Reference",
    "Release",
    "Repeat",
    "SecondLook",
    "StepKind",
    "Story",
    "StoryLink",
    "StoryPath",
    "in_words",
    "plain_code",
    "text_problems",
]
