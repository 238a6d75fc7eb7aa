"""What the first page of the back office shows to whoever works on stories."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from narrative.admin.desk import rights
from narrative.admin.protection import desk_of
from narrative.models import Fragment, FragmentVersion, Story

EDITED, LOOKED_AT, STORIES = 6, 40, 6


@dataclass(frozen=True, slots=True)
class Edited:
    """A fragment that was changed lately, by whom and when."""

    title: str
    url: str
    story: str
    author: str
    at: datetime


def context(request: HttpRequest) -> dict[str, Any]:
    """The stories, first the ones somebody wants published, and what was written last. Three statements, or none."""
    if not request.user.has_perm(rights.READ):
        return {}
    stories = list(Story.objects.select_related("live").order_by("review_asked_at", "order", "key"))
    waiting = [story for story in stories if story.review_asked_at]
    others = [story for story in stories if not story.review_asked_at]
    return {
        "stories": [*waiting, *others][:STORIES],
        "more_stories": max(0, len(stories) - STORIES),
        "edited": _edited() if request.user.has_perm("narrative.view_fragment") else [],
        "new_story": reverse("admin:narrative_story_add") if request.user.has_perm(rights.IMPORT) else "",
        "may_play": request.user.has_perm(rights.PLAY),
        "may_write": request.user.has_perm("narrative.add_fragment"),
    }


def _edited() -> list[Edited]:
    """The newest changes, found by their ids: each fragment once, and none that is gone."""
    newest: dict[tuple[Any, str], FragmentVersion] = {}
    for version in FragmentVersion.objects.defer("content").order_by("-id")[:LOOKED_AT]:
        newest.setdefault((version.story_id, version.fragment), version)
    stories, keys = {story for story, _key in newest}, {key for _story, key in newest}
    parts = Fragment.objects.filter(story__in=stories, key__in=keys).select_related("story")
    there = {(part.story_id, part.key): part for part in parts}
    return [
        Edited(*_door(there[place]), str(there[place].story), version.author, version.at)
        for place, version in newest.items()
        if place in there
    ][:EDITED]


def _door(part: Fragment) -> tuple[str, str]:
    place = desk_of(part)
    return place.title, place.url
