"""What an examination found: one line, and the sentence that mends it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: nothing to do, something to know, something that does not work or endangers people."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One finding. ``part`` is a short name for programs; ``cure`` is empty where there is nothing to mend."""

    part: str
    level: Level
    what: str
    cure: str = ""


def well(part: str, what: str) -> Diagnosis:
    """All is well."""
    return Diagnosis(part, Level.OK, what)


def warning(part: str, what: str, cure: str) -> Diagnosis:
    """It works, and somebody should know."""
    return Diagnosis(part, Level.WARNING, what, cure)


def broken(part: str, what: str, cure: str) -> Diagnosis:
    """It does not work, or it is dangerous."""
    return Diagnosis(part, Level.BROKEN, what, cure)
