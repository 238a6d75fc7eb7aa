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


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryBegun(Event):
    """A reader began a story, for the first time or again. Published once for each beginning."""

    story: str
    fragment: str
    step: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionMade(Event):
    """A reader took a choice. Published once for each step."""

    story: str
    fragment: str
    choice: str
    step: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FragmentCompleted(Event):
    """A reader left a fragment by a choice, or reached one that ends the story (``ending``, its key)."""

    story: str
    fragment: str
    ending: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BesitosPromised(Event):
    """The story gives a reader besitos; the economy pays them, once for each reference. ``note`` names the place."""

    amount: int
    reference: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemsChanged(Event):
    """The story gives a reader items, or takes them (``count`` below zero); once for each reference."""

    item: str
    count: int
    reference: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MissionAssigned(Event):
    """The story gives a reader a mission; once for each reference."""

    mission: str
    reference: str


hint_unlocked = EventSignal(HintUnlocked)
goal_reached = EventSignal(GoalReached)
hint_opened = EventSignal(HintOpened, priority=Priority.LOW, is_public=False)
story_begun = EventSignal(StoryBegun)
decision_made = EventSignal(DecisionMade)
fragment_completed = EventSignal(FragmentCompleted)
besitos_promised = EventSignal(BesitosPromised)
items_changed = EventSignal(ItemsChanged)
mission_assigned = EventSignal(MissionAssigned)
