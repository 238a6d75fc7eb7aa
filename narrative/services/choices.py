"""Reading a story: where a reader stands, what they see there, and every step they take, each exactly once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from narrative.errors import ChoiceGone, NoUndo, StoryNotFound
from narrative.events import DecisionMade, FragmentCompleted
from narrative.models import ProgressStep, ReaderProgress, StepKind, Story
from narrative.services import deeds, knowledge, library
from narrative.story import content, engine
from narrative.story.engine import Move, Scene
from narrative.story.state import State
from yabot.core import clock
from yabot.core.conditions import Facts
from yabot.core.events import Event, publish
from yabot.core.transactions import atomic


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
        return bool(saved) and saved["fragment"] != self.state.fragment

    @property
    def endings(self) -> tuple[int, int]:
        """How many endings this reader has found, and how many there are."""
        found = {*self.progress.endings, *self.state.endings}
        return len(found & {fragment.key for fragment in self.told.endings}), len(self.told.endings)


def where(user_id: int, *, story: str = "") -> Place | None:
    """Where the reader stands in this story, or in the one they read last; None when they read none. Writes nothing."""
    progress = _progress(user_id, story)
    return _place(progress) if progress else None


@atomic
def begin(user_id: int, *, story: str) -> Place:
    """Begin a story, or go on where the reader stands in it. Raises StoryNotFound."""
    found = _progress(user_id, story)
    if found:
        return _place(found)
    row = Story.objects.filter(key=story, live__isnull=False).first()
    if row is None or row.live_id is None:
        raise StoryNotFound
    progress = ReaderProgress(user_id=user_id, story=row, release_id=row.live_id)
    return _start(progress, row.live_id)


@atomic
def restart(user_id: int, *, story: str) -> Place:
    """Begin again, with the release that is published now; endings found stay found. Raises StoryNotFound."""
    progress = _progress(user_id, story)
    live = Story.objects.filter(key=story).values_list("live", flat=True).first()
    if progress is None or live is None:
        raise StoryNotFound
    progress.endings = sorted({*progress.endings, *State.from_json(progress.state).endings})
    return _start(progress, live)


def _start(progress: ReaderProgress, release_id: UUID) -> Place:
    told = library.told_in(release_id)
    move = engine.begin(told)
    number = progress.step + 1  # steps are numbered over all beginnings: an old button fits none
    state = replace(move.state, step=number)
    if progress._state.adding:
        _fill(progress, state, clock.now())
        progress.save(force_insert=True)
    else:
        progress.release_id = release_id
        _advance(progress, state)
    step = ProgressStep(kind=StepKind.BEGIN, fragment=state.fragment)
    return _log(progress, told, replace(move, state=state), step)


@atomic
def follow(user_id: int, *, story: str, step: int, choice: str) -> Place:
    """Take a choice at the step it was shown at: its conditions are checked again, its price is paid, its effects are
    done, the reader moves, all of it or nothing. Two presses at once are one.

    Raises ChoiceGone when the reader stands elsewhere by now, ChoiceClosed with what is missing, Refused when the
    economy does not take the price, PortUnavailable when it does not answer.
    """
    progress = _progress(user_id, story)
    if progress is None or progress.step != step:
        raise ChoiceGone
    told, state = library.told_in(progress.release_id), State.from_json(progress.state)
    move = engine.follow(told, state, _facts(progress, told, state), choice)
    before = progress.state
    _advance(progress, move.state)
    if move.price:
        deeds.pay(user_id, move.price, reference=_reference(progress, f"{choice}:price"))
    logged = ProgressStep(
        kind=StepKind.CHOICE,
        came_from=state.fragment,
        choice=choice,
        fragment=move.state.fragment,
        price=move.price,
        before=before,
    )
    return _log(progress, told, move, logged)


@atomic
def undo(user_id: int, *, story: str, step: int) -> Place:
    """Take back the last choice, where its fragment allows it and nothing was paid or given.

    Raises NoUndo, ChoiceGone.
    """
    progress = _progress(user_id, story)
    if progress is None or progress.step != step:
        raise ChoiceGone
    told = library.told_in(progress.release_id)
    last = ProgressStep.objects.filter(progress=progress, number=step).first()
    if last is None or not can_undo(told, last):
        raise NoUndo
    state = replace(State.from_json(last.before), step=step + 1)
    _advance(progress, state)
    _note(progress, ProgressStep(kind=StepKind.UNDO, came_from=last.fragment, fragment=state.fragment))
    return _place(progress)


def can_undo(told: content.Story, last: ProgressStep) -> bool:
    """Whether a step can be taken back: a free choice without effects elsewhere, where both fragments allow it."""
    left, reached = told.by_key.get(last.came_from), told.by_key.get(last.fragment)
    if last.kind != StepKind.CHOICE or last.price or left is None or reached is None:
        return False
    taken = next((choice for choice in left.choices if choice.key == last.choice), None)
    effects = (*(taken.effects if taken else ()), *reached.effects)
    return left.undo and reached.undo and not reached.ending and all(effect.is_own for effect in effects)


@atomic
def to_checkpoint(user_id: int, *, story: str, step: int) -> Place:
    """Go back to the last checkpoint the reader passed. What they paid stays paid. Raises NoUndo, ChoiceGone."""
    progress = _progress(user_id, story)
    if progress is None or progress.step != step:
        raise ChoiceGone
    if not progress.checkpoint:
        raise NoUndo
    came_from = progress.fragment
    kept = State.from_json(progress.state).endings
    saved = State.from_json(progress.checkpoint)
    state = replace(saved, step=step + 1, endings=saved.endings | kept)
    _advance(progress, state)
    _note(progress, ProgressStep(kind=StepKind.CHECKPOINT, came_from=came_from, fragment=state.fragment))
    return _place(progress)


# --- parts ------------------------------------------------------------------------------------------------------------
def _progress(user_id: int, story: str) -> ReaderProgress | None:
    mine = ReaderProgress.objects.filter(user_id=user_id)
    if story:
        found = Story.objects.filter(key=story).values_list("pk", flat=True).first()
        return mine.filter(story_id=found).first() if found else None
    return mine.order_by("-moved_at").first()


def _place(
    progress: ReaderProgress, arrived_by: content.Choice | None = None, last: ProgressStep | None = None
) -> Place:
    told, state = library.told_in(progress.release_id), State.from_json(progress.state)
    scene = engine.look(told, state, _facts(progress, told, state))
    step = last or ProgressStep.objects.filter(progress=progress, number=progress.step).first()
    return Place(progress, told, state, scene, arrived_by, step is not None and can_undo(told, step))


def _facts(progress: ReaderProgress, told: content.Story, state: State) -> Facts:
    fragment = told.by_key.get(state.fragment)
    return knowledge.for_story(progress.user_id, needs_of(fragment)) if fragment else Facts()


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


def _advance(progress: ReaderProgress, state: State) -> None:
    """Move the reader on, unless somebody else has. Raises ChoiceGone."""
    here = ReaderProgress.objects.filter(pk=progress.pk, step=progress.step)
    _fill(progress, state, clock.now())
    changes = {name: getattr(progress, name) for name in _MOVED}
    if not here.update(**changes):
        raise ChoiceGone


_MOVED = ("release_id", "fragment", "step", "state", "checkpoint", "endings", "moved_at")


def _fill(progress: ReaderProgress, state: State, now: datetime) -> None:
    progress.fragment, progress.step, progress.state, progress.moved_at = (
        state.fragment,
        state.step,
        state.to_json(),
        now,
    )
    fragment = library.told_in(progress.release_id).by_key.get(state.fragment)
    if fragment and fragment.checkpoint:
        progress.checkpoint = progress.state


def _log(progress: ReaderProgress, told: content.Story, move: Move, step: ProgressStep) -> Place:
    """Write the step down, announce it, and have done what others do."""
    _note(progress, step)
    about: dict[str, Any] = {"user_id": progress.user_id, "story": told.key}
    events: list[Event] = []
    if step.choice:
        events.append(DecisionMade(**about, fragment=step.came_from, choice=step.choice, step=progress.step))
        events.append(FragmentCompleted(**about, fragment=step.came_from))
    if move.ending:
        events.append(FragmentCompleted(**about, fragment=move.ending, ending=move.ending))
    publish(events)
    deeds.do(progress.user_id, move.effects, reference=_reference(progress, "effect"))
    return _place(progress, move.choice, step)


def _note(progress: ReaderProgress, step: ProgressStep) -> None:
    step.progress, step.number = progress, progress.step
    step.save(force_insert=True)


def _reference(progress: ReaderProgress, what: str) -> str:
    """Unique for the step the reader is at now."""
    return f"story:{progress.pk.hex}:{progress.step}:{what}"
