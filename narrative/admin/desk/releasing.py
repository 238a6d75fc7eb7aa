"""The release page: what changes for readers, what stands in the way, when it comes out, and the way back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from narrative.admin.desk import rights
from narrative.admin.desk.differences import FieldChange, differences
from narrative.admin.desk.languages import spoken
from narrative.admin.desk.reviewing import doors, grouped, shown
from narrative.errors import NeverLive
from narrative.models import Release, Story
from narrative.services import checking, drafts, library, releases, reviews
from narrative.services.library import Terms
from narrative.story import content
from yabot.core import clock
from yabot.core.errors import DomainError

MOST_SHOWN = 100


def show(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """The draft beside what readers have now; POST releases it."""
    story = rights.story_for(request, pk)
    told = drafts.told(story)
    if request.method == "POST":
        rights.demand(request, rights.RELEASE)
        answer = _publish(request, story)
        if answer:
            return answer
    live = library.told_in(story.live_id) if story.live_id else None
    found, changed = checking.review(story, told), releases.changes(story, told, live)
    titles = {
        part.key: part.title.in_(story.language) or part.key for each in (live, told) if each for part in each.fragments
    }
    context = {
        "title": _("Publicar"),
        "story": story,
        "changes": changed,
        "added": [titles[key] for key in changed.added],
        "removed": [titles[key] for key in changed.removed],
        "stranded": [(key, titles[key], count) for key, count in changed.stranded.items()],
        "differences": _differences(told, live, changed, titles),
        "errors": grouped(shown(story, found.errors, urls := doors(story))),
        "warnings": grouped(shown(story, found.warnings, urls)),
        "targets": [(part.key, titles[part.key]) for part in told.fragments],
        "asked": reviews.asked(story),
        "may_ask": request.user.has_perm(rights.WRITE),
        "typed": request.POST,
        "waiting": list(Release.objects.filter(story=story, is_waiting=True)),
        "past": list(Release.objects.filter(story=story, is_waiting=False).defer("content")[:20]),
        "may_release": request.user.has_perm(rights.RELEASE),
        "now": timezone.localtime(clock.now()),
    }
    return rights.page(request, admin, "release", context)


def _publish(request: HttpRequest, story: Story) -> HttpResponse | None:
    """Release what was reviewed; None, with a sentence, when it may not come out."""
    given = request.POST
    try:
        terms = Terms(
            reason=given.get("reason", "")[:2_000],
            at=_moment(given.get("at", "")),
            moves={name[5:]: str(value) for name, value in given.items() if name.startswith("move-") and value},
            everybody=given.get("everybody") == "1",
        )
        by = request.user.get_username()
        made = releases.publish(story, by=by, note=given.get("note", "")[:2_000], terms=terms)
    except DomainError as refused:
        messages.error(request, refused.sentence(spoken()))
        return None
    except ValueError:
        messages.error(request, _("Ese día y hora no se entienden, o ya han pasado."))
        return None
    if made.is_waiting:
        messages.success(request, _("La edición %d saldrá a su hora.") % made.number)
    else:
        messages.success(request, _("La edición %d está publicada.") % made.number)
    return HttpResponseRedirect(reverse("admin:narrative_story_release", args=[story.pk]))


def _moment(text: str) -> datetime | None:
    """When it comes out, in the community's zone. Raises ValueError for what is past or none."""
    if not text.strip():
        return None
    moment = timezone.make_aware(datetime.fromisoformat(text))
    if moment <= clock.now():
        raise ValueError(text)
    return moment


def _differences(
    told: content.Story, live: content.Story | None, changed: releases.Changes, titles: Mapping[str, str]
) -> list[tuple[str, list[FieldChange]]]:
    """The title of each fragment that readers know and that says something else now, and what."""
    if live is None:
        return []
    return [
        (titles.get(key) or key, differences(live.by_key[key], told.by_key[key], titles))
        for key in changed.changed[:MOST_SHOWN]
    ]


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("pk", ""))
    except ValueError:
        return UUID(int=0)


def past(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Go back to a release, or take back one that waits for its time."""
    story = rights.story_for(request, pk, rights.RELEASE)
    made = Release.objects.filter(story=story, pk=_id(request)).first()
    if request.method == "POST" and made is not None:
        if "cancel" in request.POST and releases.cancel(made):
            messages.success(request, _("La edición %d ya no saldrá.") % made.number)
        elif "back" in request.POST:
            _go_back(request, story, made.number)
    return HttpResponseRedirect(reverse("admin:narrative_story_release", args=[story.pk]))


def _go_back(request: HttpRequest, story: Story, number: int) -> None:
    """Do it, and say so; or why not."""
    try:
        library.go_back(story.pk, number=number)
    except NeverLive as refused:
        messages.error(request, refused.sentence(spoken()))
    else:
        messages.success(request, _("Los lectores nuevos empiezan otra vez con la edición %d.") % number)


def ask(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Whoever writes asks that the draft be published, or no longer; whoever publishes may send it back."""
    story = rights.story_for(request, pk)
    if request.method == "POST" and "ask" in request.POST:
        rights.demand(request, rights.WRITE)
        reviews.ask(story.pk, by=request.user.get_username())
        messages.success(request, _("El borrador está en revisión: quien publica lo ve."))
    elif request.method == "POST":
        if not request.user.has_perm(rights.RELEASE):
            rights.demand(request, rights.WRITE)
        reviews.withdraw(story.pk)
        messages.success(request, _("Es un borrador otra vez."))
    return HttpResponseRedirect(reverse("admin:narrative_story_release", args=[story.pk]))
