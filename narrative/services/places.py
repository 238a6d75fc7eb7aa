"""Where a reader stands in a story, and what they see there. Nothing here writes anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from narrative.models import ProgressStep, ReaderProgress, StepKind
from narrative.services import knowledge, library
from narrative.story import content, engine
from narrative.story.content import BACK
from narrative.story.engine import ONWARD, Move, Option, Scene
from narrative.story.state import State
from yabot.core.conditions import Facts


@dataclass(frozen=True, slots=True)
class Place:
    """A reader in a story, and what they see. ``arrived_by`` is the choice that led here just now."""

    progress: ReaderProgress
    told: content.Story
    state: State
    scene: Scene
    arrived_by: content.Choice | None = None
    undoable: bool = False

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is a checkpoint to go back to, and the reader is not standing on it."""
        saved = self.progress.checkpoint
        return bool(saved) and saved["fragment"] != self.state.fragment and saved["fragment"] in self.told.by_key

    @property
    def endings(self) -> tuple[int, int]:
        """How many endings this reader has found, and how many there are."""
        found = {*self.progress.endings, *self.state.endings}
        return len(found & {fragment.key for fragment in self.told.endings}), len(self.told.endings)


@dataclass(frozen=True, slots=True)
class Standing:
    """A reader in a story, read once: the row, the story as it was released to them, and their state in it."""

    progress: ReaderProgress
    told: content.Story
    state: State

    @classmethod
    def of(cls, progress: ReaderProgress) -> "Standing":
        """What the row says. Raises Release.DoesNotExist."""
        return cls(progress, library.told_in(progress.release_id), State.from_json(progress.state))


def of_reader(user_id: int, story: str) -> Standing | None:
    """The reader in this story, or in the one they read last; None when they read none."""
    mine = ReaderProgress.objects.filter(user_id=user_id).order_by("-moved_at")
    if not story:
        found = mine.first()
    else:  # a reader has few stories, and releases are known here: cheaper than a join on every engine
        found = next((row for row in mine if library.told_in(row.release_id).key == story), None)
    return Standing.of(found) if found else None


def look(standing: Standing) -> Place:
    """What the reader sees there now. Before a gate that has opened since: the page they will see when they go in."""
    progress, told, state = standing.progress, standing.told, standing.state
    facts = facts_at(standing)
    inside = go_in(standing, facts)
    scene = engine.look(told, inside.state, engine.after(facts, inside))
    step = ProgressStep.objects.filter(progress=progress, number=progress.step, beside="").first()
    return Place(progress, told, state, scene, None, step is not None and can_undo(told, step, arrived=state.arrived))


def weigh(standing: Standing, choice: str) -> Option:
    """Any choice of the story as this reader finds it now, shown to them or not. Raises ChoiceGone: there is none."""
    facts = facts_at(standing)
    inside = go_in(standing, facts)
    return engine.weigh(standing.told, inside.state, engine.after(facts, inside), choice)


def go_in(standing: Standing, facts: Facts) -> Move:
    """What going in does for a reader before a gate that is open by now; nothing for all others. Raises ChoiceGone."""
    here = Move(standing.state, engine.way_on(standing.state.fragment))
    return engine.enter(standing.told, here, facts)


def can_undo(told: content.Story, last: ProgressStep, *, arrived: bool) -> bool:
    """Whether a step can be taken back: a free choice without effects elsewhere, where both fragments allow it.

    What arriving does is in the way only when the reader has ``arrived``.
    """
    left, reached = told.by_key.get(last.came_from), told.by_key.get(last.fragment)
    if last.kind != StepKind.CHOICE or last.price or left is None or reached is None:
        return False
    taken = next((choice for choice in left.choices if choice.key == last.choice), None)
    effects = (*(taken.effects if taken else ()), *(reached.effects if arrived else ()))
    allowed = left.undo and reached.undo and not (arrived and reached.ending)
    return allowed and all(effect.is_own for effect in effects)


def facts_at(standing: Standing, choice: str = "") -> Facts:
    """What the page looks at where the reader stands, and the page that this choice leads to: each fact asked once."""
    by_key = standing.told.by_key
    here = by_key.get(standing.state.fragment)
    there = by_key.get(_target(standing.state, here, choice)) if here else None
    needs = frozenset[str]().union(*(needs_of(fragment) for fragment in (here, there) if fragment))
    return knowledge.for_story(standing.progress.user_id, needs)


def _target(state: State, here: content.Fragment, key: str) -> str:
    """Where a choice leads to, whether it is open or not; empty when it leads nowhere."""
    if key == ONWARD:
        return here.fallback
    target = next((choice.target for choice in here.choices if choice.key == key), "")
    return (state.way[-1] if state.way else "") if target == BACK else target


def needs_of(fragment: content.Fragment) -> frozenset[str]:
    """The facts that one screen looks at."""
    conditions: Iterable[Any] = (
        fragment.condition,
        *(variant.condition for variant in fragment.variants),
        *(choice.condition for choice in fragment.choices),
    )
    needs = frozenset[str]().union(*(condition.needs for condition in conditions))
    if any(choice.price for choice in fragment.choices):
        needs |= {"besitos"}
    return needs | {"vip"} if fragment.vip else needs
