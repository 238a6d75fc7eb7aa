"""A reader's steps: each moves them once, is written down with what was shown and changed, and is announced."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from narrative.errors import ChoiceGone
from narrative.events import DecisionMade, FragmentCompleted, StoryBegun
from narrative.models import ProgressStep, ReaderProgress, StepKind
from narrative.services import deeds
from narrative.services.about import About
from narrative.services.places import Place, Standing, can_undo
from narrative.story import engine
from narrative.story.content import Story
from narrative.story.engine import Move, Scene
from narrative.story.page import ending_named
from narrative.story.state import State
from yabot.core import clock
from yabot.core.conditions import Facts
from yabot.core.events import Event, publish, together

MOVED = ("release_id", "fragment", "step", "state", "checkpoint", "endings", "moved_at")


@dataclass(frozen=True, slots=True)
class Turn:
    """A move that a reader is about to make, and what was known of them before it."""

    standing: Standing
    move: Move
    facts: Facts
    kind: StepKind
    choice: str = ""


def take(turn: Turn) -> Place:
    """Move the reader, have done what the move does, write it down, announce it; the page they see then.

    Part of the caller's transaction. Raises ChoiceGone when somebody else has moved them meanwhile, Refused when the
    economy does not take the price, PortUnavailable when it does not answer.
    """
    progress, told, move = turn.standing.progress, turn.standing.told, turn.move
    scene = engine.look(told, move.state, engine.after(turn.facts, move))
    checkpoint = progress.checkpoint
    advance(turn.standing, move.state)
    note = _note_of(told, move)
    with together():
        if move.price:
            deeds.pay(progress.user_id, move.price, reference=price_reference(progress, turn.choice), note=note)
        publish(_events(turn))
        promises = deeds.do(_step(turn, note), move.deeds)
    changed = _changes(turn.standing.state, move.state, promises)
    if turn.kind == StepKind.CHOICE and progress.checkpoint is not checkpoint:  # an undo brings the earlier one back
        changed["checkpoint"] = checkpoint
    step = _note(turn, scene, changed)
    arrived_by = move.choice if turn.kind == StepKind.CHOICE else None
    return Place(progress, told, move.state, scene, arrived_by, can_undo(told, step, arrived=move.state.arrived))


def _note_of(told: Story, move: Move) -> str:
    """What the reader's history calls this step, in the active language, which is theirs: where it led to."""
    fragment, language = told.by_key[move.state.fragment], (get_language() or told.language)[:2]
    ending = ending_named(fragment, told.language, language) if move.ending and fragment.ending else ""
    return (ending or fragment.title.in_(language, told.language))[:200]


def _step(turn: Turn, note: str) -> deeds.Step:
    """The step as whoever does its deeds is told of it."""
    progress, story, state = turn.standing.progress, turn.standing.told.key, turn.move.state
    left = About(story, turn.standing.state.fragment, choice=turn.choice, step=state.step)
    reached = About(story, state.fragment, turn.move.ending, step=state.step)
    return deeds.Step(progress.user_id, _reading(progress), note, left, reached)


def advance(standing: Standing, state: State) -> None:
    """Move the reader's row on, unless somebody else has. Raises ChoiceGone."""
    progress = standing.progress
    here = ReaderProgress.objects.filter(pk=progress.pk, step=progress.step)
    _fill(standing, state)
    if not here.update(**{name: getattr(progress, name) for name in MOVED}):
        raise ChoiceGone


def _fill(standing: Standing, state: State) -> None:
    """Put the state into the reader's row; at a checkpoint it is kept to come back to."""
    progress, fragment = standing.progress, standing.told.by_key.get(state.fragment)
    progress.fragment, progress.step = state.fragment, state.step
    progress.state, progress.moved_at = state.to_json(), clock.now()
    if fragment and fragment.checkpoint and state.arrived:
        progress.checkpoint = progress.state


def note_locked(standing: Standing, choice: str) -> None:
    """Write down that a closed choice was tapped, once for each step; nobody moves."""
    row = ProgressStep(
        progress=standing.progress,
        release_id=standing.progress.release_id,
        number=standing.progress.step,
        beside=f"{StepKind.LOCKED}:{choice}",
        kind=StepKind.LOCKED,
        came_from=standing.state.fragment,
        choice=choice,
        fragment=standing.state.fragment,
    )
    same = ProgressStep.objects.filter(progress=row.progress, number=row.number, beside=row.beside)
    if not same.exists():
        row.save(force_insert=True)


def price_reference(progress: ReaderProgress, choice: str) -> str:
    """The name of a price: of this choice, at the step the reader is at now."""
    return f"{_reading(progress)}:{progress.step}:{choice}:price"


def _reading(progress: ReaderProgress) -> str:
    """What every reference of this reader in this story begins with."""
    return f"story:{progress.pk.hex}"


def _events(turn: Turn) -> Sequence[Event]:
    """What others hear of a step."""
    about: dict[str, Any] = {"user_id": turn.standing.progress.user_id, "story": turn.standing.told.key}
    left, move = turn.standing.state.fragment, turn.move
    events: list[Event] = []
    if turn.kind == StepKind.BEGIN:
        events.append(StoryBegun(**about, fragment=move.state.fragment, step=move.state.step))
    if turn.choice:
        events.append(DecisionMade(**about, fragment=left, choice=turn.choice, step=move.state.step))
        events.append(FragmentCompleted(**about, fragment=left))
    if move.ending:
        events.append(FragmentCompleted(**about, fragment=move.ending, ending=move.ending))
    return events


def _changes(before: State, after: State, promises: Sequence[str]) -> dict[str, Any]:
    """What a step changed in the story's own, and the references of what others were asked to do."""
    counters = {key: number for key, number in after.counters.items() if number != before.counters.get(key, 0)}
    changed = {
        "set": sorted(after.flags - before.flags),
        "cleared": sorted(before.flags - after.flags),
        "counters": counters,
        "promises": list(promises),
    }
    return {name: value for name, value in changed.items() if value}


def _note(turn: Turn, scene: Scene, changed: dict[str, Any]) -> ProgressStep:
    progress, left = turn.standing.progress, turn.standing.state
    is_choice = turn.kind == StepKind.CHOICE
    step = ProgressStep(
        progress=progress,
        release_id=progress.release_id,
        number=progress.step,
        kind=turn.kind,
        came_from=left.fragment,
        choice=turn.choice,
        fragment=progress.fragment,
        price=turn.move.price,
        before=left.to_json() if is_choice else {},
        shown=_shown(scene),
        changed=changed,
    )
    step.save(force_insert=True)
    return step


def _shown(scene: Scene) -> dict[str, Any]:
    """Which text a page had (0: the fragment's own, 1: its first variant) and which of its choices were open."""
    if scene.gate:
        return {"gate": True}
    return {
        "variant": scene.variant,
        "open": [option.choice.key for option in scene.options if option.is_open],
        "locked": [option.choice.key for option in scene.options if not option.is_open],
    }
