"""The links of a story: to its promise, and to each of its fragments."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from narrative.admin.desk import rights
from narrative.models import Fragment
from narrative.services import links


def show(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """The story's link and, for the fragment in the address, its link; made when it is asked for the first time."""
    story = rights.story_for(request, pk)
    rows = Fragment.objects.filter(story=story).order_by("order", "key")
    chosen = next((row for row in rows if row.key == request.GET.get("fragment", "")), None)
    context = {
        "title": _("Compartir"),
        "story": story,
        "rows": rows,
        "chosen": chosen,
        "address": links.to_story(story.key),
        "inside": links.address(links.link_to(story=story.key, fragment=chosen.key)) if chosen else "",
    }
    return rights.page(request, admin, "share", context)
