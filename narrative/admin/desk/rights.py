"""What whoever works on stories may do; every page asks here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse

from narrative.models import Story

READ, WRITE = "narrative.view_story", "narrative.change_fragment"
RELEASE, PLAY, IMPORT = "narrative.release_story", "narrative.playtest_story", "narrative.add_story"


def demand(request: HttpRequest, right: str) -> None:
    """Raises PermissionDenied."""
    if not request.user.has_perm(right):
        raise PermissionDenied


def story_for(request: HttpRequest, pk: Any, right: str = READ) -> Story:
    """The story, for whoever may. Raises PermissionDenied, Http404."""
    demand(request, right)
    story = Story.objects.select_related("live").filter(pk=pk).first()
    if story is None:
        raise Http404
    return story


def page(request: HttpRequest, admin: Any, name: str, context: dict[str, Any], status: int = 200) -> TemplateResponse:
    """A page of the desk."""
    around = {**admin.admin_site.each_context(request), "opts": admin.model._meta, "media": admin.media, "here": name}
    return TemplateResponse(request, f"admin/narrative/desk/{name}.html", {**around, **context}, status=status)
