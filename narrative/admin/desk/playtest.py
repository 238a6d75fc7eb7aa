"""The play-test: the story as anyone, from anywhere, with the readers' own engine. Nothing of it is stored."""

import re
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from narrative.admin.desk import phone, rights
from narrative.admin.desk.forms import spoken
from narrative.errors import ChoiceClosed, ChoiceGone
from narrative.models import Story, StoryPath
from narrative.services import drafts, knowledge
from narrative.story import content, playing
from narrative.story.playing import Persona, Played
from narrative.story.reading import StoryError
from yabot.core import clock

_COUNT = re.compile(r"-?[0-9]{1,9}")
LISTS = ("hints", "visited", "flags", "achievements")
NUMBERS = ("items", "counters")


def show(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """The page somebody stands on, and who they are."""
    story = rights.story_for(request, pk, rights.PLAY)
    given = request.POST if request.method == "POST" else request.GET
    told = drafts.told(story)
    start = given.get("desde", "") or told.start
    steps = [step for step in given.get("pasos", "").split(",") if step]
    trouble, played, persona = "", None, Persona(language=story.language)
    try:
        persona = persona_from(given, story.language)
        if start in told.by_key:
            played, steps, trouble = walk(told, persona, start, _wanted(given, steps))
    except StoryError as wrong:
        trouble = wrong.sentence(spoken())
    context = {
        "title": _("Probar"),
        "story": story,
        "start": start,
        "steps": ",".join(steps),
        "persona": persona,
        "typed": typed(given, persona),
        "played": played,
        "trail": trail(played) if played else [],
        "carries": carries(played) if played else [],
        "trouble": trouble,
        "fragments": told.fragments,
        "paths": list(StoryPath.objects.filter(story=story)),
        **(phone.drawn(played, story) if played else {}),
    }
    return rights.page(request, admin, "play", context)


def _wanted(given: QueryDict, steps: list[str]) -> list[str]:
    """The steps after the pressed button: one more, one less, or none."""
    if "deshacer" in given:
        return steps[:-1]
    if "otra-vez" in given:
        return []
    return [*steps, str(given["elige"])] if given.get("elige") else steps


def walk(told: content.Story, persona: Persona, start: str, steps: list[str]) -> tuple[Played, list[str], str]:
    """As far as these steps lead this persona; why no further, when they do not lead to the end."""
    played = playing.play(told, persona, start=start, now=clock.now(), names=knowledge.hint_titles())
    for number, step in enumerate(steps[: playing.MOST_STEPS]):
        try:
            played = playing.go_on(played, step)
        except (ChoiceGone, ChoiceClosed) as refused:
            return played, steps[:number], refused.sentence(spoken())
    return played, steps, ""


def persona_from(given: QueryDict, language: str) -> Persona:
    """Who plays, as it was typed. Raises StoryError."""
    if "idioma" not in given:
        return Persona(language=language)
    values: dict[str, Any] = {
        "language": given["idioma"],
        "vip": given.get("vip") == "1",
        "besitos": _number(given.get("besitos", "")),
        "reactions": _number(given.get("reactions", "")),
        "now": _moment(given.get("now", "")),
    }
    for name in LISTS:
        values[name] = [word for word in given.get(name, "").replace(",", " ").split() if word]
    for name in NUMBERS:
        values[name] = dict(_counted(part) for part in given.get(name, "").replace(";", ",").split(",") if part.strip())
    return Persona.from_json(values)


def _number(text: str) -> int:
    digits = text.strip()
    return min(int(digits[:12]), 10**9) if digits.isdecimal() else 0


def _counted(part: str) -> tuple[str, int]:
    """``llave 2`` or ``llave``."""
    key, _space, number = part.strip().partition(" ")
    return key, int(number) if _COUNT.fullmatch(number.strip()) else 1


def _moment(text: str) -> str:
    """The day and hour that were typed, in the community's zone."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text)).isoformat() if text else ""
    except ValueError:
        return text


def typed(given: QueryDict, persona: Persona) -> dict[str, str]:
    """What the form shows again."""
    words = {name: " ".join(sorted(getattr(persona, name))) for name in LISTS}
    counts = {name: ", ".join(f"{key} {n}" for key, n in getattr(persona, name).items()) for name in NUMBERS}
    return {**words, **counts, "now": given.get("now", "")}


def trail(played: Played) -> list[dict[str, str]]:
    """The way so far: where somebody was and what they chose there."""
    choices = {choice.key: choice for _fragment, choice in played.story.choices()}
    language, source = played.persona.language, played.story.language
    way = []
    for page, taken in zip(played.pages, [*played.taken, ""], strict=True):
        title = played.story.by_key[page.fragment].title.in_(language, source)
        label = choices[taken].label.in_(language, source) if taken in choices else ""
        way.append({"title": title or page.fragment, "choice": label or ("…" if taken else "")})
    return way


def carries(played: Played) -> list[tuple[str, str]]:
    """What the persona has by now."""
    facts, state = played.facts, played.state
    return [
        (_("besitos"), str(facts.besitos)),
        (_("objetos"), ", ".join(f"{key} × {count}" for key, count in facts.items.items() if count) or "—"),
        (_("pistas"), ", ".join(sorted(facts.hints)) or "—"),
        (_("marcas"), ", ".join(sorted(state.flags)) or "—"),
        (_("contadores"), ", ".join(f"{key} {count}" for key, count in state.counters.items()) or "—"),
        (_("finales"), ", ".join(sorted(state.endings)) or "—"),
    ]


def save(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Keep this way as a path that every release has to walk again."""
    story = rights.story_for(request, pk, rights.WRITE)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    back = reverse("admin:narrative_story_play", args=[story.pk])
    name = request.POST.get("nombre", "").strip()[:100]
    try:
        persona = persona_from(request.POST, story.language)
        steps = [step for step in request.POST.get("pasos", "").split(",") if step]
        start = request.POST.get("desde", "")
        told, names = drafts.told(story), knowledge.hint_titles()
        played = playing.play(told, persona, start=start, choices=steps, now=clock.now(), names=names)
    except (StoryError, ChoiceGone, ChoiceClosed, KeyError):
        messages.error(request, _("Este camino ya no se puede andar; no se ha guardado."))
        return HttpResponseRedirect(back)
    if not name:
        messages.error(request, _("Ponle un nombre al camino."))
        return HttpResponseRedirect(back)
    keep(story, name, played, start, request.user.get_username())
    messages.success(request, _("El camino «%s» se andará en cada publicación.") % name)
    return HttpResponseRedirect(back)


def keep(story: Story, name: str, played: Played, start: str, by: str) -> StoryPath:
    """Store a walked path; one with the same name is replaced."""
    values = {
        "persona": played.persona.to_json(),
        "start": start,
        "choices": list(played.taken),
        "screens": [page.to_json() for page in played.pages],
        "saved_by": by,
        "saved_at": clock.now(),
    }
    return StoryPath.objects.update_or_create(story=story, name=name, defaults=values)[0]
