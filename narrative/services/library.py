"""The library: releases are made once and never change, so each process keeps those it has read."""

from collections import OrderedDict
from uuid import UUID

import orjson
from django.db.models import Max

from narrative.models import Release, Story
from narrative.story import content
from narrative.story.reading import StoryError
from yabot.core.transactions import atomic

_KEPT = 32
_read: OrderedDict[UUID, content.Story] = OrderedDict()


@atomic
def release(told: content.Story, *, note: str = "", author: str = "") -> Release:
    """Make a release of this story, and have new readers begin with it. Whoever reads an older one stays on that.

    Raises StoryError when it has no beginning. The story with this key is made when there is none.
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
    )
    story.live, story.title_es, story.title_en = made, told.title.in_("es"), told.title.by_language.get("en", "")
    story.save(update_fields=["live", "title_es", "title_en"])
    return made


@atomic
def go_back(story_id: UUID, *, number: int) -> Release:
    """Have new readers begin with an earlier release again. Raises Release.DoesNotExist."""
    found = Release.objects.get(story_id=story_id, number=number)
    Story.objects.filter(pk=story_id).update(live=found)
    return found


def told_in(release_id: UUID) -> content.Story:
    """What a release tells. One statement the first time, none later. Raises Release.DoesNotExist."""
    found = _read.get(release_id)
    if found is None:
        stored = Release.objects.values_list("content", flat=True).get(pk=release_id)
        found = _read[release_id] = content.Story.from_json(orjson.loads(stored))
        while len(_read) > _KEPT:
            _read.popitem(last=False)
    return found


def open_stories() -> list[Story]:
    """The stories readers can begin, in their order."""
    return list(Story.objects.filter(live__isnull=False))
