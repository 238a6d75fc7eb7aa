"""Translating: the original on one side, the other language on the other, and what is missing or of an older text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from narrative.admin.desk import rights
from narrative.admin.desk.languages import spoken
from narrative.errors import FragmentChanged
from narrative.exchange.texts import Text, of_fragment, with_translations
from narrative.exchange.translations import unfit
from narrative.models import Story
from narrative.services import drafts
from narrative.services.drafts import Edit
from narrative.story import content
from yabot.core.admin.base import Tone, badge
from yabot.core.errors import DomainError

LONG = 80


@dataclass(frozen=True, slots=True)
class Part:
    """One text of a fragment: how it is called, and how it is said in both languages."""

    name: str
    title: str
    source: str
    translation: str

    @property
    def is_long(self) -> bool:
        """Whether it wants more than one line."""
        return len(self.source) > LONG or "\n" in self.source


def parts(fragment: content.Fragment, source: str, target: str) -> Iterator[Part]:
    """Everything in a fragment that is said in the original."""
    for name, words in of_fragment(fragment):
        if words.by_language.get(source):
            yield Part(name, _title(name), words.by_language[source], words.by_language.get(target, ""))


def _title(name: str) -> str:
    """How a text is called on the page."""
    titles = {
        "title": _("título"),
        "text": _("texto"),
        "alt": _("descripción de la imagen"),
        "ending": _("nombre del final"),
        "variant": _("otro texto"),
        "choice": _("opción"),
    }
    return titles[name.partition("-")[0]]


def show(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """The fragments with their states, and the chosen one side by side."""
    story = rights.story_for(request, pk)
    source = story.language
    target = next(language for language in content.LANGUAGES if language != source)
    told = drafts.told(story)
    chosen = told.by_key.get(request.POST.get("fragment", "") or request.GET.get("fragmento", ""))
    if request.method == "POST" and chosen is not None:
        rights.demand(request, rights.WRITE)
        answer = _save(request, story, chosen, target)
        if answer:
            return answer
    states = _states(story, told, target)
    context = {
        "title": _("Traducir"),
        "story": story,
        "source": source,
        "target": target,
        "rows": [(part.key, part.title.in_(source) or part.key, badge(*states[part.key])) for part in told.fragments],
        "done": sum(state[1] is Tone.GOOD for state in states.values()),
        "chosen": chosen,
        "version": drafts.fragment(story.pk, chosen.key)[1] if chosen else None,
        "parts": _typed(list(parts(chosen, source, target)), request) if chosen else [],
    }
    return rights.page(request, admin, "translate", context)


def _typed(shown: list[Part], request: HttpRequest) -> list[Part]:
    """What was typed is shown again."""
    return [replace(part, translation=request.POST.get(f"t-{part.name}", part.translation)) for part in shown]


def _states(story: Story, told: content.Story, target: str) -> dict[str, tuple[str, Tone]]:
    stale = drafts.stale(story, told)
    states = {}
    for part in told.fragments:
        said = list(parts(part, story.language, target))
        missing = sum(not one.translation for one in said)
        if missing == len(said) and said:
            states[part.key] = (_("falta"), Tone.BAD)
        elif missing:
            states[part.key] = (_("a medias"), Tone.WARNING)
        elif stale.get((part.key, target)):
            states[part.key] = (_("ha cambiado"), Tone.WARNING)
        else:
            states[part.key] = (_("lista"), Tone.GOOD)
    return states


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _save(request: HttpRequest, story: Story, fragment: content.Fragment, target: str) -> HttpResponse | None:
    """Keep the translation; None, with a sentence, when it cannot be kept."""
    said = {name[2:]: _plain(str(text)) for name, text in request.POST.items() if name.startswith("t-")}
    for name, words in of_fragment(fragment):
        problem = unfit(Text(fragment.key, name, words), said.get(name, ""))
        if problem:
            messages.error(request, f"{_title(name)}: {problem[spoken() == 'en']}")
            return None
    version = request.POST.get("version", "")
    try:
        edit = Edit(request.user.get_username(), _number(version), frozenset({target}))
        drafts.write(story, with_translations(fragment, target, said), edit)
    except (FragmentChanged, DomainError) as refused:
        messages.error(request, refused.sentence(spoken()))
        return None
    messages.success(request, _("La traducción de «%s» está guardada.") % fragment.key)
    after = [part.key for part in drafts.told(story).fragments]
    place = after.index(fragment.key) + 1
    here = reverse("admin:narrative_story_translate", args=[story.pk])
    return HttpResponseRedirect(f"{here}?fragmento={after[place]}" if place < len(after) else here)
