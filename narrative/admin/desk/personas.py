"""Who plays a play-test, as it is typed and as it is shown again: titles or keys, and nothing that is not there."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from narrative.admin.desk import phone
from narrative.admin.desk.naming import Names
from narrative.story.playing import Persona

LISTS = {"hints": "hint", "visited": "fragment", "flags": "flag", "achievements": "achievement", "missions": "mission"}
NUMBERS = {"items": "item", "counters": "counter"}
KINDS = {**LISTS, **NUMBERS}
_COUNTED = re.compile(r"(?P<name>.*?)(?:\s*[×:=]\s*|\s+)(?P<count>-?[0-9]{1,9})")
DONE = "completed"


@dataclass(slots=True)
class Typed:
    """The persona, what of it could not be understood, and what its fields show."""

    persona: Persona
    refused: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)


def read(given: QueryDict, names: Names) -> Typed:
    """Who plays. What is not there is refused with a sentence, stays in its field, and is left out."""
    language = given.get("idioma", names.told.language)
    if "otra-lengua" in given:
        language = "es" if language == "en" else "en"
    if "como" in given or "idioma" not in given:
        return again(phone.persona_of(given.get("como", ""), language), names)
    typed = Typed(Persona())
    found = {kind: _found(typed, kind, given.get(kind, ""), names) for kind in KINDS}
    typed.persona = Persona(
        language="en" if language == "en" else "es",
        vip=given.get("vip") == "1",
        besitos=_number(given.get("besitos", "")),
        reactions=_number(given.get("reactions", "")),
        items=found["items"],
        counters=found["counters"],
        hints=frozenset(found["hints"]),
        visited=frozenset(found["visited"]),
        flags=frozenset(found["flags"]),
        achievements=frozenset(found["achievements"]),
        missions=dict.fromkeys(found["missions"], DONE),
        now=_moment(typed, given.get("now", "")),
    )
    typed.shown["now"] = given.get("now", "")
    return typed


def again(persona: Persona, names: Names) -> Typed:
    """The fields of a persona that is known already."""
    shown = {}
    for fields, kind in KINDS.items():
        held = getattr(persona, fields)
        many = fields in NUMBERS
        parts = [
            names.title(kind, key) + (f" × {held[key]}" if many and held[key] != 1 else "") for key in sorted(held)
        ]
        shown[fields] = ", ".join(parts)
    shown["now"] = timezone.localtime(persona.now).strftime("%Y-%m-%dT%H:%M") if persona.now else ""
    return Typed(persona, shown=shown)


def _found(typed: Typed, fields: str, text: str, names: Names) -> dict[str, int]:
    """The keys of one field, with how many of each; what it shows again is noted."""
    found: dict[str, int] = {}
    shown = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        name, count = _counted(part) if fields in NUMBERS and not names.key(KINDS[fields], part) else (part, 1)
        key = names.key(KINDS[fields], name)
        if key:
            found[key] = count
            part = _called(names.title(KINDS[fields], key), count)
        else:
            typed.refused.append(_unknown(KINDS[fields], name))
        shown.append(part)
    typed.shown[fields] = ", ".join(shown)
    return found


def _called(title: str, count: int) -> str:
    return title if count == 1 else f"{title} × {count}"


def _counted(part: str) -> tuple[str, int]:
    """``la llave × 2``, ``llave 2`` or ``llave``."""
    counted = _COUNTED.fullmatch(part)
    return (counted["name"].strip(), int(counted["count"])) if counted else (part, 1)


def _unknown(kind: str, name: str) -> str:
    said = {
        "hint": _("No hay ninguna pista «%s»."),
        "fragment": _("No hay ningún fragmento «%s» en esta historia."),
        "flag": _("No hay ninguna marca «%s»: se declara en Ajustes."),
        "counter": _("No hay ningún contador «%s»: se declara en Ajustes."),
        "item": _("Ninguna historia usa un objeto «%s»."),
        "achievement": _("Ninguna historia pregunta por un logro «%s»."),
        "mission": _("Ninguna historia usa una misión «%s»."),
    }
    return said[kind] % name


def _number(text: str) -> int:
    digits = text.strip()
    return min(int(digits[:12]), 10**9) if digits.isdecimal() else 0


def _moment(typed: Typed, text: str) -> datetime | None:
    """The day and hour that were typed, in the community's zone."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text)) if text else None
    except ValueError:
        typed.refused.append(_("No se entiende la fecha «%s».") % text)
        return None


def fields(typed: Typed, names: Names) -> list[dict[str, Any]]:
    """The fields to draw, each with what it may name; those with nothing to name are left out."""
    titles = {
        "items": _("objetos"),
        "hints": _("pistas"),
        "visited": _("ya pasó por"),
        "flags": _("marcas"),
        "counters": _("contadores"),
        "missions": _("misiones cumplidas"),
        "achievements": _("logros"),
    }
    return [
        {
            "name": name,
            "title": title,
            "kind": KINDS[name],
            "value": typed.shown.get(name, ""),
            "counts": name in NUMBERS,
        }
        for name, title in titles.items()
        if names.pairs.get(KINDS[name]) or typed.shown.get(name)
    ]
