"""The play-test: the story as anyone, from anywhere, with the readers' own engine. Nothing of it is stored."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from narrative.admin.desk import paths, personas, phone, rights, trials
from narrative.admin.desk.languages import spoken
from narrative.admin.desk.naming import Names
from narrative.admin.desk.personas import Typed
from narrative.errors import ChoiceClosed, ChoiceGone
from narrative.models import Fragment, Story
from narrative.services import drafts, knowledge
from narrative.story import content, playing
from narrative.story.playing import Persona, Played
from narrative.story.reading import StoryError
from yabot.core import clock


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants to play, from where, and which way."""

    typed: Typed
    start: str
    steps: list[str]


def show(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """The page somebody stands on, and who they are."""
    story = rights.story_for(request, pk, rights.PLAY)
    given = request.POST if request.method == "POST" else request.GET
    told = drafts.told(story)
    names = Names(story, told)
    wanted = _wanted(given, story, names)
    persona, start, steps = wanted.typed.persona, wanted.start, wanted.steps
    played, trouble = None, list(wanted.typed.refused)
    if start in told.by_key:
        played, steps, refused = walk(told, persona, start, steps)
        trouble += [refused] if refused else []
    context = {
        "title": _("Probar"),
        "story": story,
        "start": start,
        "steps": ",".join(steps),
        "persona": persona,
        "persona_json": orjson.dumps(persona.to_json()).decode(),
        "now": wanted.typed.shown.get("now", ""),
        "fields": personas.fields(wanted.typed, names),
        "presets": phone.PERSONAS,
        "options": names.options,
        "titles": names.titles.get("fragment", {}),
        "trouble": trouble,
        "fragments": told.fragments,
        "paths": paths.rows(told, story),
        "may_keep": request.user.has_perm(rights.WRITE),
        "turn": trials.turn(),
        **(_drawn(request, story, played, names) if played else {}),
    }
    return rights.page(request, admin, "play", context)


def _drawn(request: HttpRequest, story: Story, played: Played, names: Names) -> dict[str, Any]:
    """The page on the phone, the way there, and what the persona has by now."""
    here = played.page.fragment
    return {
        "played": played,
        "trail": trail(played),
        "carries": carries(played, names),
        "here_pk": Fragment.objects.filter(story=story, key=here).values_list("pk", flat=True).first(),
        "here_title": names.title("fragment", here),
        **phone.drawn(played, story),
        **trials.send(request, story, played.page),
    }


def _wanted(given: QueryDict, story: Story, names: Names) -> Wanted:
    """What the form says; or a saved path, from its beginning to its end."""
    path = paths.chosen(story, given.get(paths.WALKED, ""))
    if path is not None:
        try:
            return Wanted(personas.again(Persona.from_json(path.persona), names), path.start, list(path.choices))
        except StoryError:
            pass
    steps = [step for step in given.get("pasos", "").split(",") if step]
    start = given.get("desde", "") or names.told.start
    if given.get("desde", start) != given.get("estaba", start):  # from somewhere else: another way
        steps = []
    return Wanted(personas.read(given, names), start, _pressed(given, steps))


def _pressed(given: QueryDict, steps: list[str]) -> list[str]:
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


def carries(played: Played, names: Names) -> list[tuple[str, str]]:
    """What the persona has by now, by its titles."""
    facts, state = played.facts, played.state

    def many(kind: str, held: Any) -> str:
        return ", ".join(f"{names.title(kind, key)} × {count}" for key, count in held.items() if count) or "—"

    def some(kind: str, held: Any) -> str:
        return ", ".join(names.title(kind, key) for key in sorted(held)) or "—"

    return [
        (_("besitos"), str(facts.besitos)),
        (_("objetos"), many("item", facts.items)),
        (_("pistas"), some("hint", facts.hints)),
        (_("marcas"), some("flag", state.flags)),
        (_("contadores"), many("counter", state.counters)),
        (_("finales"), some("fragment", state.endings)),
    ]
