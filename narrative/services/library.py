"""The library: releases are made once and never change, so each process keeps those it has read."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Max

from narrative.errors import NeverLive
from narrative.models import Release, Story
from narrative.story import content
from narrative.story.reading import StoryError
from yabot.core import clock
from yabot.core.transactions import atomic

_KEPT = 32
_read: OrderedDict[UUID, content.Story] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Terms:
    """How a release comes out. ``at`` None: now. ``moves``: readers of other releases who stand on these go there;
    ``everybody``: all the others come too, where their fragment is still there."""

    reason: str = ""
    lint: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    moves: Mapping[str, str] = field(default_factory=dict)
    everybody: bool = False


NOW = Terms()


@atomic
def release(told: content.Story, *, note: str = "", author: str = "", terms: Terms = NOW) -> Release:
    """Make a release of this story, and have new readers begin with it, now or when its time comes.

    Whoever reads an older one stays on that, unless ``terms`` say otherwise. Raises StoryError when it has no
    beginning. The story with this key is made when there is none.
    """
    if told.start not in told.by_key:
        raise StoryError("start", "la historia no tiene un comienzo", "the story has no beginning")
    story, _ = Story.objects.get_or_create(key=told.key, defaults={"title_es": told.title.in_("es")})
    last = Release.objects.filter(story=story).aggregate(last=Max("number"))["last"] or 0
    made = Release.objects.create(
        story=story,
        number=last + 1,
        content=orjson.dumps(told.to_json()).decode(),
        note=note,
        author=author,
        fragments=len(told.fragments),
        reason=terms.reason,
        lint=dict(terms.lint),
        moves={"fragments": dict(terms.moves), "everybody": terms.everybody},
        goes_live_at=terms.at,
        is_waiting=True,
    )
    if terms.at is None or terms.at <= clock.now():
        go_live(made)
    return made


@atomic
def go_live(made: Release) -> bool:
    """Have new readers begin with this release; whether it was still waiting to be the one."""
    if not Release.objects.filter(pk=made.pk, is_waiting=True).update(is_waiting=False):
        return False
    told = content.Story.from_json(orjson.loads(made.content))
    titles = {"title_es": told.title.in_("es")[:200], "title_en": told.title.by_language.get("en", "")[:200]}
    Story.objects.filter(pk=made.story_id).update(live=made, **titles)
    _stop_moving(made)
    if made.moves.get("fragments") or made.moves.get("everybody"):
        Release.objects.filter(pk=made.pk).update(is_moving=True)
    made.is_waiting = False
    return True


@atomic
def go_back(story_id: UUID, *, number: int) -> Release:
    """Have new readers begin with an earlier release again; nobody else is moved to the one that is left.

    Raises Release.DoesNotExist, and NeverLive for one that waits or was cancelled.
    """
    found = Release.objects.get(story_id=story_id, number=number)
    if found.is_waiting or found.is_cancelled:
        raise NeverLive(number)
    Story.objects.filter(pk=story_id).update(live=found)
    _stop_moving(found)
    return found


def _stop_moving(live: Release) -> None:
    """Two releases that move readers at once would take them from each other for ever."""
    Release.objects.filter(story=live.story_id, is_moving=True).exclude(pk=live.pk).update(is_moving=False)


def told_in(release_id: UUID) -> content.Story:
    """What a release tells. One statement the first time, none later. Raises Release.DoesNotExist."""
    found = _read.get(release_id)
    if found is None:
        stored = Release.objects.values_list("content", flat=True).get(pk=release_id)
        found = _read[release_id] = content.Story.from_json(orjson.loads(stored))
        while len(_read) > _KEPT:
            _read.popitem(last=False)
    return found


def story_keys() -> list[str]:
    """The keys of all stories, those that are not published yet, too."""
    return list(Story.objects.order_by().values_list("key", flat=True))


def open_stories() -> list[Story]:
    """The stories readers can begin, in their order."""
    return list(Story.objects.filter(live__isnull=False))
