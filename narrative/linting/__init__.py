"""The story linter: what is wrong with a story, proved where it can be and played where it cannot."""

from narrative.linting.findings import CODES, Finding, Level, Lint, World
from narrative.linting.linter import lint

__all__ = ["CODES", "Finding", "Level", "Lint", "World", "lint"]
