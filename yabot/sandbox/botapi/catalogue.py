"""Imports every module of methods, so that the registry is complete."""

from yabot.sandbox.botapi import (
    callbacks,
    chats,
    copying,
    deleting,
    editing,
    media,
    moderation,
    profile,
    reactions,
    sending,
    updates,
)
from yabot.sandbox.botapi.names import METHOD_NAMES
from yabot.sandbox.botapi.registry import METHODS

MODULES = (
    callbacks,
    chats,
    copying,
    deleting,
    editing,
    media,
    moderation,
    profile,
    reactions,
    sending,
    updates,
)

__all__ = ["METHODS", "METHOD_NAMES", "MODULES"]
