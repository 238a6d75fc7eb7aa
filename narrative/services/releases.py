"""Releasing a draft: what changed, whether it may come out, and what becomes of the readers of older releases."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.db.models import Count, QuerySet

from narrative.errors import NotReady
from narrative.linting import Lint
from narrative.models import ProgressStep, ReaderProgress, Release, StepKind, Story
from narrative.services import checking, drafts, library, reviews
from narrative.services.library import Terms
from narrative.story import content
from narrative.story.state import State
from yabot.core import clock
from yabot.core.transactions import atomic

CHUNK = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a draft changes in the release that readers begin with now."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    settings: bool
    stranded: Mapping[str, int]  # how many readers stand on each removed fragment

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.settings)


def changes(story: Story, draft: content.Story, live: content.Story | None) -> Changes:
    """What is new, gone and different; where the fragments stand on the map is no difference."""
    before, now = (live.by_key if live else {}), draft.by_key
    removed = tuple(key for key in before if key not in now)
    changed = tuple(key for key in now if key in before and _said(now[key]) != _said(before[key]))
    settings = live is not None and _head(draft) != _head(live)
    stranded = readers_on(story, removed)
    return Changes(tuple(key for key in now if key not in before), removed, changed, settings, stranded)


def _said(fragment: content.Fragment) -> object:
    return replace(fragment, position=None, note="").to_json()


def _head(told: content.Story) -> object:
    return replace(told, fragments=()).to_json()


def readers_of(story: Story) -> QuerySet[ReaderProgress]:
    """Everybody who has begun this story; by its releases, which is how the places are indexed."""
    return ReaderProgress.objects.filter(release_id__in=list(story.releases.values_list("pk", flat=True)))


def readers_on(story: Story, fragments: tuple[str, ...]) -> dict[str, int]:
    """How many readers stand on each of these, in any release."""
    if not fragments:
        return {}
    there = readers_of(story).filter(fragment__in=fragments)
    return dict(there.values_list("fragment").annotate(count=Count("pk")).order_by("fragment"))


def publish(story: Story, *, by: str, note: str = "", terms: Terms = library.NOW) -> Release:
    """Release the draft; it is in review no longer.

    Raises NotReady with errors, or with warnings and no reason; StoryError.
    """
    told = drafts.told(story)
    found = checking.review(story, told)
    if found.errors or (found.warnings and not terms.reason.strip()):
        raise NotReady(len(found.errors), len(found.warnings))
    return _out(told, story, note, by, replace(terms, lint=_kept(found)))


@atomic
def _out(told: content.Story, story: Story, note: str, by: str, terms: Terms) -> Release:
    """Out of review and released, both or neither; what was reviewed took seconds and is not in here."""
    reviews.withdraw(story.pk)
    return library.release(told, note=note, author=by, terms=terms)


def _kept(found: Lint) -> dict[str, object]:
    """What a release remembers of its review."""
    stored = found.to_json()
    return {**stored, "findings": stored["findings"][:100]}


def publish_due() -> int:
    """Releases whose time has come come out, and readers who have to move on are moved; how many of both."""
    done = 0
    for made in Release.objects.filter(is_waiting=True, goes_live_at__lte=clock.now()).order_by("goes_live_at"):
        done += library.go_live(made)
    for made in Release.objects.filter(is_moving=True):
        done += move_readers(made)
    return done


def cancel(made: Release) -> bool:
    """A release that waits for its time does not come out; whether it was still waiting."""
    waiting = Release.objects.filter(pk=made.pk, is_waiting=True)
    return bool(waiting.update(is_waiting=False, is_cancelled=True))


def move_readers(made: Release) -> int:
    """Move the next readers of older releases to this one; how many. When none is left, it is done with moving."""
    told = library.told_in(made.pk)
    to = {
        **({key: key for key in told.by_key} if made.moves.get("everybody") else {}),
        **made.moves.get("fragments", {}),
    }
    to = {old: new for old, new in to.items() if new in told.by_key}
    others = Release.objects.filter(story=made.story_id).exclude(pk=made.pk).values_list("pk", flat=True)
    moved = 0
    for other in list(others):
        rows = ReaderProgress.objects.filter(release_id=other, fragment__in=list(to)).order_by("pk")
        for progress in _one_by_one(rows):
            moved += _move(progress, made, to)
            if moved >= CHUNK:
                return moved
    if not moved:
        Release.objects.filter(pk=made.pk).update(is_moving=False)
    return moved


def _one_by_one(rows: QuerySet[ReaderProgress]) -> Iterator[ReaderProgress]:
    """All of them, read in chunks; the ones that stay where they are do not come twice."""
    chunk = list(rows[:CHUNK])
    while chunk:
        yield from chunk
        chunk = list(rows.filter(pk__gt=chunk[-1].pk)[:CHUNK])


@atomic
def _move(progress: ReaderProgress, made: Release, to: Mapping[str, str]) -> bool:
    """One reader, with their way and their checkpoint, unless they have just moved themselves or it cannot be read.

    Whoever comes to another fragment arrives there when they look the next time.
    """
    known = library.told_in(made.pk).by_key
    try:
        new = State.from_json(progress.state).brought(to, known)
        saved = State.from_json(progress.checkpoint).brought(to, known) if progress.checkpoint else None
    except (KeyError, TypeError, ValueError):
        log.error("the progress %s cannot be read: its reader stays in release %s", progress.pk, progress.release_id)
        return False
    if new is None:
        return False
    new = replace(new, step=progress.step + 1)
    changes = {
        "release": made,
        "fragment": new.fragment,
        "step": new.step,
        "state": new.to_json(),
        "checkpoint": saved.to_json() if saved else None,
    }
    if not ReaderProgress.objects.filter(pk=progress.pk, step=progress.step).update(**changes):
        return False
    ProgressStep.objects.create(
        progress=progress,
        release=made,
        number=new.step,
        kind=StepKind.MOVED,
        came_from=progress.fragment,
        fragment=new.fragment,
    )
    return True
