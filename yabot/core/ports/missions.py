"""How far readers are with their missions. Declared for whoever asks; ``gamification`` provides it once it has any."""

from dataclasses import dataclass, field
from enum import StrEnum

from yabot.core.ports.names import Name
from yabot.core.ports.operations import MOST_READERS, Question


class MissionState(StrEnum):
    """Where a reader is with a mission, in the words of conditions."""

    AVAILABLE = "available"
    ACTIVE = "active"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MissionsAsked:
    """Whose missions."""

    user_ids: tuple[int, ...] = field(metadata={"maxItems": MOST_READERS})


@dataclass(frozen=True, slots=True)
class Missions:
    """Each of their missions by its key; people without any are absent. ``names`` has every mission there is."""

    by_user: dict[int, dict[str, MissionState]]
    names: dict[str, Name] = field(default_factory=dict)


missions: Question[MissionsAsked, Missions] = Question(
    "gamification", "missions", MissionsAsked, Missions, summary="How far readers are with their missions"
)
