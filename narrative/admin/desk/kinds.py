"""What the script needs to draw rows: every kind of test and effect with its fields, in the editor's words."""

from dataclasses import fields
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from narrative.story.effects import Effect
from yabot.core.conditions import MISSION_STATES, Test
from yabot.core.conditions.base import has_default, parts


def tests() -> list[dict[str, Any]]:
    """The kinds of tests; ``text`` is how a row of it is written."""
    words = _test_words()
    return [
        {"kind": name, "title": words.get(name, name), "fields": [_part(part, name) for part in parts(kind)]}
        for name, kind in Test.known.items()
    ]


def effects() -> list[dict[str, Any]]:
    """The kinds of effects."""
    words = _effect_words()
    return [
        {
            "kind": name,
            "title": words.get(name, name),
            "fields": [
                {
                    "name": part.name,
                    "type": "number",
                    "title": _("cuántos"),
                    "low": kind.low,
                    "high": kind.high,
                    "start": 1,
                }
                if part.name in {"count", "amount", "by"}
                else {
                    "name": part.name,
                    "type": "key",
                    "refers": kind.refers,
                    "title": "",
                    "hint": _hint_words()[kind.refers],
                }
                for part in fields(kind)
            ],
        }
        for name, kind in Effect.known.items()
    ]


def _test_words() -> dict[str, str]:
    return {
        "besitos": _("tiene besitos"),
        "reactions": _("ha reaccionado"),
        "vip": _("es VIP"),
        "item": _("lleva el objeto"),
        "hint": _("tiene la pista"),
        "mission": _("la misión está"),
        "achievement": _("tiene el logro"),
        "visited": _("pasó por el fragmento"),
        "chose": _("eligió la opción"),
        "flag": _("la marca está puesta"),
        "counter": _("el contador está"),
        "between": _("hoy está entre"),
        "weekday": _("hoy es"),
        "hours": _("la hora está entre"),
    }


def _effect_words() -> dict[str, str]:
    return {
        "give_item": _("da el objeto"),
        "take_item": _("quita el objeto"),
        "give_besitos": _("da besitos"),
        "set_flag": _("pone la marca"),
        "clear_flag": _("quita la marca"),
        "count": _("suma al contador"),
        "unlock_hint": _("abre la pista"),
        "assign_mission": _("encarga la misión"),
        "send_letter": _("Lucien manda la carta"),
    }


def _field_words() -> dict[str, str]:
    return {
        "at_least": _("al menos"),
        "below": _("menos de"),
        "count": _("cuántos"),
        "times": _("veces"),
        "n": _("número"),
        "first": _("desde el"),
        "last": _("hasta el"),
        "start": _("desde las"),
        "end": _("hasta las"),
    }


def _hint_words() -> dict[str, str]:
    """What an empty field of this kind asks for."""
    return {
        "fragment": _("qué fragmento"),
        "choice": _("qué opción"),
        "hint": _("qué pista"),
        "item": _("qué objeto"),
        "mission": _("qué misión"),
        "achievement": _("qué logro"),
        "letter": _("qué carta"),
        "flag": _("qué marca"),
        "counter": _("qué contador"),
    }


def _option_words() -> dict[str, str]:
    states = dict(zip(MISSION_STATES, (_("disponible"), _("en curso"), _("cumplida"), _("fallida")), strict=True))
    return {**states, "at_least": _("al menos"), "below": _("menos de"), "equal": _("igual a")}


def _part(part: Any, kind: str) -> dict[str, Any]:
    meta = part.metadata
    described = {
        "name": part.name,
        "type": meta["type"],
        "title": _field_words().get(part.name, ""),
        "optional": has_default(part),
    }
    if meta["type"] == "days":
        described["days"] = [str(date_format(date(2024, 1, day), "D")) for day in range(1, 8)]
    if "refers" in meta:
        described["hint"] = _hint_words()[meta["refers"]]
    if has_default(part) and part.default is not None:
        described["start"] = part.default
    if "options" in meta:
        described["options"] = [[option, _option_words().get(option, option)] for option in meta["options"]]
    return {**described, **{name: meta[name] for name in ("refers", "low", "high") if name in meta}}
