"""What happened in the story."""

from dataclasses import dataclass
from uuid import UUID

from yabot.core.events import Event, EventSignal
from yabot.core.models import Priority


@dataclass(frozen=True, kw_only=True, slots=True)
class HintUnlocked(Event):
    """A hint opened for one reader. Published once for each reader and hint; not for hints open from the start."""

    hint_id: UUID
    hint_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalReached(Event):
    """The community reached a goal together; about nobody. Published once for each goal."""

    goal_id: UUID
    hint_id: UUID
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HintOpened(Event):
    """A hint opens for everyone: the readers after ``after_user_id`` still have to hear of it.

    Published by ``hints.open_for_all`` and then by each chunk for the next one.
    """

    hint_id: UUID
    after_user_id: int


hint_unlocked = EventSignal(HintUnlocked)
goal_reached = EventSignal(GoalReached)
hint_opened = EventSignal(HintOpened, priority=Priority.LOW, is_public=False)
