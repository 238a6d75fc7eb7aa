"""Reading a story: where a reader stands, what they see there, and every step they take, each exactly once."""

from collections.abc import Callable
from dataclasses import replace

from narrative.errors import ChoiceClosed, ChoiceGone, NoUndo, PriceNotAgreed, StoryNotFound
from narrative.models import ProgressStep, ReaderProgress, StepKind, Story
from narrative.services import knowledge, library, places, steps
from narrative.services.places import Place, Standing
from narrative.services.steps import Turn
from narrative.story import content, engine
from narrative.story.engine import Move
from narrative.story.state import MOST_REMEMBERED, State
from yabot.core.conditions import Facts
from yabot.core.transactions import atomic

__all__ = ["Place", "begin", "enter", "follow", "restart", "revisit", "to_checkpoint", "undo", "where"]

Picked = str | Callable[[content.Story, content.Fragment], str]  # a choice's key, or what finds it where they stand


def where(user_id: int, *, story: str = "") -> Place | None:
    """Where the reader stands in this story, or in the one they read last; None when they read none. Writes nothing."""
    standing = places.of_reader(user_id, story)
    return places.look(standing) if standing else None


@atomic
def enter(user_id: int, *, story: str = "") -> Place | None:
    """Like ``where``, for a reader who looks: when the gate they stand before is open by now, they go in, once."""
    standing = places.of_reader(user_id, story)
    return _look_in(standing) if standing else None


def _look_in(standing: Standing) -> Place:
    try:
        return _go_in(standing) or places.look(standing)
    except ChoiceGone:  # another look at the same moment was first, or they have moved on
        return places.look(Standing.of(ReaderProgress.objects.get(pk=standing.progress.pk)))


def _go_in(standing: Standing) -> Place | None:
    """Through a gate that has opened since; None where there is none, or it is closed. Raises ChoiceGone."""
    if standing.state.arrived:
        return None
    facts = places.facts_at(standing)
    move = places.go_in(standing, facts)
    if not move.state.arrived:
        return None
    move = replace(move, state=replace(move.state, step=move.state.step + 1))
    return steps.take(Turn(standing, move, facts, StepKind.ENTERED))


@atomic
def begin(user_id: int, *, story: str) -> Place:
    """Begin a story, or go on where the reader stands in it. Raises StoryNotFound."""
    standing = places.of_reader(user_id, story)
    if standing:
        return _look_in(standing)
    row = Story.objects.filter(key=story, live__isnull=False).first()
    if row is None or row.live_id is None:
        raise StoryNotFound
    told = library.told_in(row.live_id)
    move, facts = _beginning(user_id, told, State())
    progress = ReaderProgress.objects.create(
        user_id=user_id, story=row, release_id=row.live_id, fragment=told.start, state=State(told.start).to_json()
    )
    return steps.take(Turn(Standing(progress, told, State()), move, facts, StepKind.BEGIN))


@atomic
def restart(user_id: int, *, story: str, step: int | None = None) -> Place:
    """Begin again, with the release that is published now; endings found stay found, gifts given stay given.

    With ``step`` only from there. Raises StoryNotFound, ChoiceGone.
    """
    standing = places.of_reader(user_id, story)
    live = Story.objects.filter(key=story).values_list("live", flat=True).first()
    if standing is None or live is None:
        raise StoryNotFound
    progress, state = standing.progress, standing.state
    if step is not None and progress.step != step:
        raise ChoiceGone
    progress.endings = sorted({*progress.endings, *state.endings})
    progress.release_id, progress.checkpoint = live, None
    told = library.told_in(live)
    # Steps are numbered over all beginnings: an old button fits none.
    move, facts = _beginning(user_id, told, State(step=progress.step, given=state.given))
    return steps.take(Turn(Standing(progress, told, State()), move, facts, StepKind.BEGIN))


def _beginning(user_id: int, told: content.Story, before: State) -> tuple[Move, Facts]:
    facts = knowledge.for_story(user_id, places.needs_of(told.by_key[told.start]))
    return engine.begin(told, facts, before), facts


def follow(user_id: int, *, step: int, choice: Picked, story: str = "", most: int | None = None) -> Place:
    """Take a choice at the step it was shown at: its conditions are checked again, its price is paid, its effects are
    done, the reader moves, all of it or nothing. Two presses at once are one. A closed choice's tap is written down.

    ``choice`` is its key, or a function that finds it in the fragment where the reader stands. Raises ChoiceGone when
    the reader stands elsewhere by now, ChoiceClosed with what is missing, PriceNotAgreed when it costs more than
    ``most``, Refused when the economy does not take the price, PortUnavailable when it does not answer.
    """
    outcome = _follow(user_id, story, step, choice, most)
    if isinstance(outcome, ChoiceClosed):
        raise outcome
    return outcome


@atomic
def _follow(user_id: int, story: str, step: int, choice: Picked, most: int | None) -> Place | ChoiceClosed:
    standing = _at(user_id, story, step)
    inside = _go_in(standing)
    if inside:
        standing = Standing(inside.progress, inside.told, inside.state)
    fragment = standing.told.by_key.get(standing.state.fragment)
    key = choice if isinstance(choice, str) else choice(standing.told, fragment) if fragment else ""
    facts = places.facts_at(standing, key)
    try:
        move = engine.follow(standing.told, standing.state, facts, key)
    except ChoiceClosed as closed:
        steps.note_locked(standing, key)
        return closed
    if most is not None and move.price > most:
        raise PriceNotAgreed(move.price)
    return steps.take(Turn(standing, move, facts, StepKind.CHOICE, key))


def _at(user_id: int, story: str, step: int) -> Standing:
    """The reader at this step. Raises ChoiceGone when they are at another."""
    standing = places.of_reader(user_id, story)
    if standing is None or standing.progress.step != step:
        raise ChoiceGone
    return standing


@atomic
def undo(user_id: int, *, story: str, step: int) -> Place:
    """Take back the last choice, where its fragment allows it and nothing was paid or given.

    Raises NoUndo, ChoiceGone.
    """
    standing = _at(user_id, story, step)
    progress = standing.progress
    last = ProgressStep.objects.filter(progress=progress, number=step, beside="").first()
    if last is None or not places.can_undo(standing.told, last, arrived=standing.state.arrived):
        raise NoUndo
    if "checkpoint" in last.changed:
        progress.checkpoint = last.changed["checkpoint"]
    return _back(standing, State.from_json(last.before), StepKind.UNDO)


@atomic
def to_checkpoint(user_id: int, *, story: str, step: int) -> Place:
    """Go back to the last checkpoint the reader passed. What they paid stays paid, what they got stays theirs.

    Raises NoUndo, ChoiceGone.
    """
    standing = _at(user_id, story, step)
    saved = standing.progress.checkpoint
    if not saved or saved["fragment"] not in standing.told.by_key:
        raise NoUndo
    now, state = standing.state, State.from_json(saved)
    kept = replace(state, endings=state.endings | now.endings, given=now.given)
    return _back(standing, kept, StepKind.CHECKPOINT)


@atomic
def revisit(user_id: int, *, story: str, step: int, fragment: str) -> Place:
    """Go to a fragment the reader has visited, as a link asks; what they carry stays, and arriving gives nothing again.

    Raises NoUndo for a fragment they have not visited, ChoiceGone.
    """
    standing = _at(user_id, story, step)
    state = standing.state
    if not state.visited.get(fragment) or fragment not in standing.told.by_key:
        raise NoUndo
    way = (*state.way, state.fragment)[-MOST_REMEMBERED:]
    return _back(
        standing, replace(state, fragment=fragment, here=frozenset(), way=way, arrived=True), StepKind.REVISITED
    )


def _back(standing: Standing, earlier: State, kind: StepKind) -> Place:
    """To an earlier state of the same reading, as a new step."""
    state = replace(earlier, step=standing.progress.step + 1)
    there = replace(standing, state=state)
    facts = places.facts_at(there)
    return steps.take(Turn(standing, places.go_in(there, facts), facts, kind))
