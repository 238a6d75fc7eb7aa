"""The page beside the form, drawn from the very entities that are sent, for whoever the editor chooses."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from narrative.admin.desk.forms import Desk
from narrative.services import drafts, knowledge
from narrative.story import content, page, playing
from narrative.story.playing import Persona, Played
from yabot.core import clock
from yabot.core.conditions import Condition
from yabot.core.telegram.limits import CAPTION, ENTITIES, TEXT
from yabot.core.telegram.preview import to_preview_html

BUTTON_BYTES = 64


@dataclass(frozen=True, slots=True)
class Known:
    """A persona that editors can choose."""

    key: str
    title: Any
    persona: Persona


PERSONAS = (
    Known("nuevo", _("lector nuevo"), Persona()),
    Known("rico", _("con 500 besitos"), Persona(besitos=500, reactions=100)),
    Known("vip", _("VIP"), Persona(vip=True)),
    Known("vip-rico", _("VIP con 500 besitos"), Persona(vip=True, besitos=500, reactions=100)),
)


def persona_of(key: str, language: str) -> Persona:
    """The persona with this key, in this language."""
    found = next((known.persona for known in PERSONAS if known.key == key), PERSONAS[0].persona)
    return replace(found, language="en" if language == "en" else "es")


def preview(given: QueryDict, work: Any, desk: Desk) -> dict[str, Any]:
    """What the page shows of what is typed now."""
    files = dict(work.story.media.values_list("path", "kind"))
    fragment = desk.fragment(work.fragment.key or "nuevo", files)
    persona = persona_of(given.get("persona", ""), given.get("language", ""))
    story = drafts.told(work.story)
    others = tuple(part for part in story.fragments if part.key != fragment.key)
    story = replace(story, fragments=(*others, fragment))
    names = knowledge.hint_titles()
    played = playing.play(story, persona, start=fragment.key, now=clock.now(), names=names)
    shown = played
    if played.page.is_gate:  # the editor sees the gate and the page behind it
        opened = replace(story, fragments=(*others, replace(fragment, vip=False, condition=Condition())))
        shown = playing.play(opened, persona, start=fragment.key, now=clock.now(), names=names)
    return {**drawn(shown, work.story), "gate": _gate(played), **counters(fragment, persona.language, story.language)}


def _gate(played: Played) -> str:
    return played.page.text.text if played.page.is_gate else ""


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


def counters(fragment: content.Fragment, language: str, source: str) -> dict[str, Any]:
    """How much of what Telegram takes is used, and what has to be mended."""
    limit = CAPTION if fragment.media else TEXT
    text = fragment.text.in_(language, source)
    found = page.problems(text, limit)
    rich = page.measured(text)
    return {
        "used": rich.length,
        "limit": limit,
        "entities": len(rich.entities),
        "most_entities": ENTITIES,
        "problems": [_problem(one, language) for one in found],
        "over": rich.length > limit,
    }


def _problem(found: Any, language: str) -> str:
    said = found["en" if language == "en" else "es"]
    return f"{found['line']}:{found['column']} {said}"
