"""Saved paths: a way somebody walked, walked again by every release; kept, looked at, approved anew, deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from narrative.admin.desk import rights
from narrative.errors import ChoiceClosed, ChoiceGone
from narrative.models import Story, StoryPath
from narrative.services import drafts, knowledge
from narrative.story import content, playing
from narrative.story.playing import Persona, Played, Walked
from narrative.story.reading import StoryError
from yabot.core import clock

WALKED = "camino"  # in the play-test's address: the path that is walked


@dataclass(frozen=True, slots=True)
class Row:
    """A saved path, and the page from which on it is not as it was; 0 when it is."""

    path: StoryPath
    changed_at: int


def rows(told: content.Story, story: Story) -> list[Row]:
    """The story's paths. Two statements."""
    names = knowledge.hint_titles()
    return [Row(path, _changed(told, path, names)) for path in StoryPath.objects.filter(story=story)]


def _changed(told: content.Story, path: StoryPath, names: Any) -> int:
    try:
        walked = Walked(Persona.from_json(path.persona), path.start, path.choices, path.screens)
        change = playing.compare(told, walked, now=clock.now(), names=names)
    except StoryError:
        return 1
    return change.step if change else 0


def chosen(story: Story, pk: str) -> StoryPath | None:
    """The story's path with this id."""
    try:
        return StoryPath.objects.filter(story=story, pk=UUID(pk)).first()
    except ValueError:
        return None


def keep(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Keep this way as a path that every release has to walk again; approve one as it is now; or delete one."""
    story = rights.story_for(request, pk, rights.WRITE)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    play = reverse("admin:narrative_story_play", args=[story.pk])
    by = request.user.get_username()
    if path := chosen(story, request.POST.get("borrar", "")):
        path.delete()
        messages.success(request, _("El camino «%s» está borrado.") % path.name)
        return HttpResponseRedirect(play)
    if path := chosen(story, request.POST.get("aprobar", "")):
        made = _walk(story, path.name, path.persona, path.start, path.choices, by)
    else:
        name, steps = request.POST.get("nombre", "").strip()[:100], request.POST.get("pasos", "")
        taken = [step for step in steps.split(",") if step]
        made = _walk(story, name, _persona(request), request.POST.get("desde", ""), taken, by) if name else None
    if made is None:
        messages.error(request, _("Este camino no tiene nombre o ya no se puede andar; no se ha guardado."))
        return HttpResponseRedirect(play)
    messages.success(request, _("El camino «%s» se andará en cada publicación.") % made.name)
    return HttpResponseRedirect(f"{play}?{WALKED}={made.pk}")


def _persona(request: HttpRequest) -> Any:
    try:
        return orjson.loads(request.POST.get("persona", "{}"))
    except ValueError:
        return None


def _walk(story: Story, name: str, who: Any, start: str, steps: Iterable[str], by: str) -> StoryPath | None:
    """Walk it and store what was seen; one with the same name is replaced. None when it cannot be walked to its end."""
    try:
        persona = Persona.from_json(who)
        told, names = drafts.told(story), knowledge.hint_titles()
        played = playing.play(told, persona, start=start, choices=list(steps), now=clock.now(), names=names)
    except (StoryError, ChoiceGone, ChoiceClosed, KeyError, TypeError, ValueError):
        return None
    return _store(story, name, played, start, by)


def _store(story: Story, name: str, played: Played, start: str, by: str) -> StoryPath:
    values = {
        "persona": played.persona.to_json(),
        "start": start,
        "choices": list(played.taken),
        "screens": [page.to_json() for page in played.pages],
        "saved_by": by,
        "saved_at": clock.now(),
    }
    return StoryPath.objects.update_or_create(story=story, name=name, defaults=values)[0]
