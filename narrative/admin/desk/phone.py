"""The page beside the form, drawn from the very entities that are sent, for whoever the editor chooses."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from narrative.admin.desk.languages import spoken
from narrative.admin.desk.writing import Desk
from narrative.services import knowledge
from narrative.story import content, page, playing
from narrative.story.playing import Persona, Played
from yabot.core import clock
from yabot.core.conditions import Condition
from yabot.core.telegram.limits import CAPTION, ENTITIES, TEXT
from yabot.core.telegram.preview import to_preview_html


@dataclass(frozen=True, slots=True)
class Known:
    """A persona that editors can choose."""

    key: str
    title: Any
    persona: Persona


PERSONAS = (
    Known("nuevo", gettext_lazy("lector nuevo"), Persona()),
    Known("rico", gettext_lazy("con 500 besitos"), Persona(besitos=500, reactions=100)),
    Known("vip", gettext_lazy("VIP"), Persona(vip=True)),
    Known("vip-rico", gettext_lazy("VIP con 500 besitos"), Persona(vip=True, besitos=500, reactions=100)),
)


def persona_of(key: str, language: str) -> Persona:
    """The persona with this key, in this language."""
    found = next((known.persona for known in PERSONAS if known.key == key), PERSONAS[0].persona)
    return replace(found, language="en" if language == "en" else "es")


@dataclass(frozen=True, slots=True)
class Look:
    """What is typed now, as the chosen persona finds it; ``gate`` is what those read who may not."""

    fragment: content.Fragment
    played: Played
    gate: str

    @property
    def shown(self) -> page.Page:
        """The page that is drawn, and sent."""
        return self.played.page


def look(given: QueryDict, work: Any, desk: Desk) -> Look:
    """Play what is typed, from here."""
    files = dict(work.story.media.values_list("path", "kind"))
    fragment = desk.fragment(work.fragment.key or "nuevo", files)
    persona = persona_of(given.get("persona", ""), given.get("language", work.story.language))
    story = desk.names.told
    others = tuple(part for part in story.fragments if part.key != fragment.key)
    story = replace(story, fragments=(*others, fragment))
    names = knowledge.hint_titles()
    played = playing.play(story, persona, start=fragment.key, now=clock.now(), names=names)
    if not played.page.is_gate:
        return Look(fragment, played, "")
    # The editor sees the gate and the page behind it.
    opened = replace(story, fragments=(*others, replace(fragment, vip=False, condition=Condition())))
    behind = playing.play(opened, persona, start=fragment.key, now=clock.now(), names=names)
    return Look(fragment, behind, played.page.text.text)


def preview(seen: Look, story: Any) -> dict[str, Any]:
    """What the phone's template needs of it."""
    language = seen.played.persona.language
    typed = counted(seen.fragment, story.language, story.language)
    return {
        **drawn(seen.played, story),
        "gate": seen.gate,
        "count": counted(seen.fragment, language, story.language),
        "typed": typed,
        "problems": problems(seen.fragment, language, story.language),
    }


def drawn(played: Played, story: Any) -> dict[str, Any]:
    """What the phone's template needs of a page."""
    shown = played.page
    file = shown.media.file if shown.media else ""
    row = story.media.filter(path=file).first() if file else None
    return {
        "page": shown,
        "html": to_preview_html(shown.text),
        "picture": {
            "url": row.file.url if row else "",
            "kind": row.kind if row else "",
            "alt": _alt(played),
            "file": file,
        }
        if file
        else None,
        "spoiler": bool(shown.media and shown.media.spoiler),
    }


def _alt(played: Played) -> str:
    media = played.page.media
    return media.alt.in_(played.persona.language, played.story.language) if media else ""


@dataclass(frozen=True, slots=True)
class Count:
    """How much of what Telegram takes a text uses."""

    used: int
    limit: int
    entities: int
    most_entities: int = ENTITIES

    @property
    def is_over(self) -> bool:
        """Whether it is too long to be sent whole."""
        return self.used > self.limit


def counted(fragment: content.Fragment, language: str, source: str) -> Count:
    """The count of the fragment's text in this language."""
    rich = page.measured(fragment.text.in_(language, source))
    return Count(rich.length, CAPTION if fragment.media else TEXT, len(rich.entities))


def problems(fragment: content.Fragment, language: str, source: str) -> list[str]:
    """What has to be mended: in the text by line and column, and the buttons that are cut off."""
    limit = CAPTION if fragment.media else TEXT
    found = page.problems(fragment.text.in_(language, source), limit)
    said = [f"{one['line']}:{one['column']} {one[spoken()]}" for one in found]
    for choice in fragment.choices:
        words = choice.label.in_(language, source)
        room = page.LABEL - (len(f" · {choice.price} {page.COIN}") if choice.price else 0)
        if len(words) > room:
            said.append(
                _("El botón «%(label)s» tiene %(used)d letras y solo se leen %(room)d.")
                % {"label": words, "used": len(words), "room": room}
            )
    return said
