"""How findings call things, and what a text says."""

import re
from html import unescape

from narrative.story.content import Choice, Story

_TAG = re.compile(r"<[^<>]*>")


def name(story: Story, choice: Choice) -> str:
    """A choice by its label."""
    return choice.label.in_(story.language) or choice.key


def says_anything(text: str) -> bool:
    """Whether a text has anything but formats and room."""
    return bool(unescape(_TAG.sub("", text)).strip())
