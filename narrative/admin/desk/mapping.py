"""The map of a story: its fragments where the editor put them, its choices as arrows, and the same as a list."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from narrative.admin.desk import rights
from narrative.admin.desk.forms import key_from
from narrative.admin.desk.languages import spoken
from narrative.admin.desk.reviewing import doors
from narrative.errors import FragmentChanged, KeyTaken
from narrative.linting import Level, Lint, lint
from narrative.models import Choice, Fragment, Story
from narrative.services import checking, drafts, releases
from narrative.services.drafts import Edit
from narrative.story import content
from narrative.story.content import BACK
from narrative.story.places import Place, places
from narrative.story.reading import FAR, Words
from narrative.story.uses import with_choice
from yabot.core.errors import DomainError

FEW = 5  # fewer readers than this could be somebody


def show(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """The map, and its list for keyboards and screen readers."""
    story = rights.story_for(request, pk)
    told = drafts.told(story)
    found = lint(told, checking.world_of(story, told), plays=0)
    readers = _readers(story)
    standing, tidy = places(told), places(told, anew=True)
    urls = doors(story)
    rows = [
        {**_node(part, story, found, urls), **_place(part, standing, tidy), "readers": readers.get(part.key, 0)}
        for part in told.fragments
    ]
    context = {
        "title": _("Mapa"),
        "story": story,
        "nodes": rows,
        "graph": {"nodes": rows, "edges": _edges(told)},
        "tags": sorted({tag for part in told.fragments for tag in part.tags}),
        "may_write": request.user.has_perm(rights.WRITE),
        "errors": len(found.errors),
        "warnings": len(found.warnings),
    }
    return rights.page(request, admin, "map", context)


def _readers(story: Story) -> dict[str, int]:
    """How many readers stand on each fragment; too few to tell are none."""
    rows = releases.readers_of(story).values_list("fragment").annotate(n=Count("pk")).order_by("fragment")
    return {key: count for key, count in rows if count >= FEW}


def _place(part: content.Fragment, standing: dict[str, Place], tidy: dict[str, Place]) -> dict[str, Any]:
    """Where it stands, whether an editor put it there, and where it would if nobody had put anything anywhere."""
    (x, y), (tidy_x, tidy_y) = standing[part.key], tidy[part.key]
    return {"x": x, "y": y, "placed": part.position is not None, "tidy": [tidy_x, tidy_y]}


def _node(part: content.Fragment, story: Story, found: Lint, urls: dict[str, tuple[str, str]]) -> dict[str, Any]:
    mine = found.of(part.key)
    title, url = urls[part.key]
    errors = [one.sentence(spoken()) for one in mine if one.level is Level.ERROR]
    return {
        "key": part.key,
        "title": title,
        "url": url,
        "start": part.key == story.start,
        "ending": part.ending is not None,
        "vip": part.vip,
        "empty": not part.text,
        "tags": list(part.tags),
        "problem": "error" if errors else "warning" if mine else "",
        "problems": [one.sentence(spoken()) for one in mine],
        "choices": [{"label": one.label.in_(story.language), "target": one.target} for one in part.choices],
    }


def _edges(told: content.Story) -> list[dict[str, Any]]:
    edges = [
        {
            "id": f"{part.key}/{one.key}",
            "source": part.key,
            "target": one.target,
            "label": one.label.in_(told.language),
            "closed": bool(one.condition or one.price),
        }
        for part, one in told.choices()
        if one.target != BACK and one.target in told.by_key
    ]
    fallbacks = [part for part in told.fragments if part.fallback in told.by_key]
    return edges + [
        {"id": f"{part.key}/", "source": part.key, "target": part.fallback, "label": "…", "closed": True}
        for part in fallbacks
    ]


def move(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Keep where fragments stand: {"places": {key: [x, y]}}."""
    story = rights.story_for(request, pk, rights.WRITE)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    given = _body(request).get("places")
    if not isinstance(given, dict) or not all(_is_place(place) for place in given.values()):
        return JsonResponse({"code": "NAR010", "detail": _("Esto no son lugares del mapa.")}, status=400)
    rows = list(Fragment.objects.filter(story=story, key__in=given))
    for row in rows:
        row.x, row.y = given[row.key]
    Fragment.objects.bulk_update(rows, ["x", "y"], batch_size=200)
    return JsonResponse({"moved": len(rows)})


def _is_place(place: Any) -> bool:
    return isinstance(place, list) and len(place) == 2 and all(type(n) is int and abs(n) <= FAR for n in place)


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def link(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """An arrow that was drawn becomes a choice; where it ends on nothing, a new fragment too. Answers the new parts."""
    story = rights.story_for(request, pk, rights.WRITE)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    given, by = _body(request), request.user.get_username()
    if "source" not in given and not request.user.has_perm("narrative.add_fragment"):
        raise PermissionDenied
    try:
        target = str(given.get("target") or "") or _stub(story, given, by)
        choice = _arrow(story, str(given["source"]), target, by) if given.get("source") else ""
    except (FragmentChanged, KeyTaken) as refused:
        return JsonResponse({"code": refused.code, "detail": refused.sentence(spoken())}, status=409)
    except (Fragment.DoesNotExist, ValueError, DomainError):
        return JsonResponse({"code": "NAR010", "detail": _("Ese fragmento ya no está.")}, status=400)
    row = Fragment.objects.get(story=story, key=target)
    return JsonResponse(
        {"key": target, "choice": choice, "url": reverse("admin:narrative_fragment_change", args=[row.pk])}, status=201
    )


def _stub(story: Story, given: dict[str, Any], by: str) -> str:
    """A new, empty fragment where the editor wanted it."""
    title = str(given.get("title") or _("Fragmento nuevo"))[:200]
    taken = list(Fragment.objects.filter(story=story).values_list("key", flat=True))
    place: list[Any] = [given.get("x"), given.get("y")]
    made = content.Fragment(
        key=key_from(title, taken),
        title=Words({story.language: title}),
        position=(int(place[0]), int(place[1])) if _is_place(place) else None,
    )
    drafts.write(story, made, Edit(by))
    if not story.start:
        Story.objects.filter(pk=story.pk).update(start=made.key)
    return made.key


def _arrow(story: Story, source: str, target: str, by: str) -> str:
    """A new choice, named after where it leads; the editor gives it better words."""
    goal = Fragment.objects.get(story=story, key=target)
    part, version = drafts.fragment(story.pk, source)
    taken = list(Choice.objects.filter(story=story).values_list("key", flat=True))
    label = (goal.title or target)[: content.LABEL]
    made = content.Choice(
        key=key_from(f"{source}-{target}", taken), label=Words({story.language: label}), target=target
    )
    drafts.write(story, with_choice(part, made), Edit(by, version))
    return made.key
