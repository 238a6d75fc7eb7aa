"""What is done to a fragment beside writing it: deleting, renaming, and bringing back what it was."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from narrative.admin.desk import words
from narrative.admin.desk.languages import spoken
from narrative.admin.desk.saving import change_url
from narrative.admin.protection import where_used
from narrative.errors import FragmentInUse, KeyTaken
from narrative.models import Fragment, FragmentVersion
from narrative.services import drafts
from narrative.services.drafts import Edit
from narrative.story.reading import is_key


def remove(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Ask whether a fragment may go; say what leads to it when it may not."""
    row = _row(request, pk, admin)
    if request.method == "POST":
        try:
            drafts.remove(row.story, row.key, by=request.user.get_username())
        except FragmentInUse as used:
            messages.error(request, used.sentence(spoken()))
            return HttpResponseRedirect(change_url(row))
        messages.success(request, _("«%s» ya no está. Quien lo está leyendo lo conserva.") % row)
        return HttpResponseRedirect(reverse("admin:narrative_story_map", args=[row.story_id]))
    users = where_used("fragment", [row.key], story=row.story)
    return _page(request, admin, row, "remove", {"users": users, "readers": words.readers(row)})


def rename(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Another key, everywhere."""
    row = _row(request, pk, admin)
    new = request.POST.get("key", "").strip()
    problem = ""
    if request.method == "POST":
        if not is_key(new):
            problem = _("Una clave lleva solo minúsculas, cifras, - y _, hasta 64.")
        else:
            try:
                row = drafts.rename(row.story, row.key, new, by=request.user.get_username())
                messages.success(request, _("Ahora se llama «%s», en todas partes.") % new)
                return HttpResponseRedirect(change_url(row))
            except KeyTaken as taken:
                problem = taken.sentence(spoken())
    return _page(request, admin, row, "rename", {"new": new or row.key, "problem": problem})


def past(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """What a fragment was, change by change; any of it can be brought back."""
    row = _row(request, pk, admin, to_read=request.method != "POST")
    if request.method == "POST":
        past = FragmentVersion.objects.filter(story=row.story, fragment=row.key, pk=_id(request)).first()
        if past and past.content:
            edit = Edit(request.user.get_username(), row.version)
            drafts.write(row.story, drafts.remembered(past), edit)
            messages.success(
                request,
                _("«%(what)s» es otra vez como en el cambio %(number)d.") % {"what": row, "number": past.version},
            )
        return HttpResponseRedirect(change_url(row))
    return _page(request, admin, row, "past", {"changes": words.history(row)})


def _row(request: HttpRequest, pk: Any, admin: Any, *, to_read: bool = False) -> Fragment:
    row = Fragment.objects.select_related("story").filter(pk=pk).first()
    if row is None:
        raise Http404
    if not ((to_read and admin.has_view_permission(request, row)) or admin.has_change_permission(request, row)):
        raise PermissionDenied
    return row


def _page(request: HttpRequest, admin: Any, row: Fragment, name: str, more: dict[str, Any]) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": row,
        "opts": admin.model._meta,
        "story": row.story,
        "row": row,
        "media": admin.media,
        **more,
    }
    return TemplateResponse(request, f"admin/narrative/desk/{name}.html", context)


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("pk", ""))
    except ValueError:
        return UUID(int=0)
