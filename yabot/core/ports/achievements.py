"""What readers have achieved. Declared for whoever asks; ``gamification`` provides it once there is something."""

from dataclasses import dataclass, field

from yabot.core.ports.names import Name
from yabot.core.ports.operations import MOST_READERS, Question


@dataclass(frozen=True, slots=True)
class AchievementsAsked:
    """Whose achievements."""

    user_ids: tuple[int, ...] = field(metadata={"maxItems": MOST_READERS})


@dataclass(frozen=True, slots=True)
class Achievements:
    """The keys of what each of them has achieved; people who have nothing are absent. ``names`` has all there are."""

    by_user: dict[int, tuple[str, ...]]
    names: dict[str, Name] = field(default_factory=dict)


achievements: Question[AchievementsAsked, Achievements] = Question(
    "gamification", "achievements", AchievementsAsked, Achievements, summary="What readers have achieved"
)
