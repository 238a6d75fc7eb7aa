"""What the first page of the back office shows to whoever works on stories."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from narrative.admin.desk import rights
from narrative.admin.protection import Place, desk_of
from narrative.linting import lint
from narrative.models import Fragment, Story
from narrative.services import checking, drafts

NEWEST, STORIES = 6, 5


@dataclass(frozen=True, slots=True)
class StoryCard:
    """A story, what state it is in, and what stands in its way."""

    story: Story
    errors: int
    warnings: int
    may_play: bool


def context(request: HttpRequest) -> dict[str, object]:
    """The stories with their open errors, and the fragments that were changed last; nothing for whoever may not look.

    Five statements, and ten for each story: the linter proves, its seeded readers do not play here.
    """
    if not request.user.has_perm(rights.READ):
        return {}
    stories = list(Story.objects.select_related("live")[:STORIES])
    newest = Fragment.objects.select_related("story").order_by("-changed_at")[:NEWEST]
    edited = [(desk_of(part), part) for part in newest] if request.user.has_perm("narrative.view_fragment") else []
    return {
        "stories": [_card(story, request) for story in stories],
        "edited": edited,
        "new_story": reverse("admin:narrative_story_add") if request.user.has_perm(rights.IMPORT) else "",
    }


def _card(story: Story, request: HttpRequest) -> StoryCard:
    told = drafts.told(story)
    found = lint(told, checking.world_of(story, told), plays=checking.QUICK)
    return StoryCard(story, len(found.errors), len(found.warnings), request.user.has_perm(rights.PLAY))


__all__ = ["Place", "StoryCard", "context"]
