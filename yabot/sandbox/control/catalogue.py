"""Imports every module of operations, so that the registry is complete."""

from yabot.sandbox.control import acts, page, records, world
from yabot.sandbox.control.registry import OPERATIONS, perform

MODULES = (acts, page, records, world)

__all__ = ["MODULES", "OPERATIONS", "perform"]
