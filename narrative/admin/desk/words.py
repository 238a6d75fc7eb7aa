"""What the desk says about a fragment: names to choose from, where it is used, what changed and who did."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.urls import reverse
from django.utils.translation import gettext as _

from narrative.models import (
    Fragment,
    FragmentVersion,
    Hint,
    LucienTemplate,
    Reference,
    Story,
)
from narrative.services import drafts, releases
from narrative.story import content
from narrative.story.content import BACK
from narrative.story.uses import uses

SHOWN = 50
SAME = {"key", "position"}


def names(told: content.Story) -> dict[str, list[list[str]]]:
    """What can be named in rows: for each kind, keys with their titles. Three statements."""
    outside = Reference.objects.filter(kind__in=("item", "mission", "achievement")).values_list("kind", "key")
    found: dict[str, list[list[str]]] = {
        "fragment": [[part.key, part.title.in_(told.language)] for part in told.fragments],
        "hint": _pairs(Hint.objects.values_list("key", "title_es")),
        "letter": _pairs(LucienTemplate.objects.values_list("key", "name")),
        "flag": [[one.key, one.note] for one in told.declared if one.kind == "flag"],
        "counter": [[one.key, one.note] for one in told.declared if one.kind == "counter"],
    }
    for kind, key in sorted(set(outside)):
        found.setdefault(kind, []).append([key, ""])
    return found


def _pairs(rows: Iterable[Any]) -> list[list[str]]:
    return [[key, title] for key, title in rows]


def missing_targets(told: content.Story, fragment: content.Fragment) -> list[str]:
    """The fragments that this one leads to and nobody has written yet."""
    targets = {choice.target for choice in fragment.choices} | {fragment.fallback}
    return sorted(targets - {"", BACK, fragment.key} - set(told.by_key))


def leading_to(told: content.Story, key: str) -> list[str]:
    """The fragments that name this one."""
    return [part.key for part in told.fragments if any(use.kind == "fragment" and use.key == key for use in uses(part))]


@dataclass(frozen=True, slots=True)
class PlaceOfUse:
    """A fragment that uses something, with the way to its desk."""

    title: str
    choice: str
    url: str


def places(story: Story, used: Iterable[Reference]) -> list[PlaceOfUse]:
    """Where something is used, to click on."""
    rows = list(used)
    found = {row.key: row for row in Fragment.objects.filter(story=story, key__in={one.fragment for one in rows})}
    return [
        PlaceOfUse(
            str(found[one.fragment]),
            one.choice,
            reverse("admin:narrative_fragment_change", args=[found[one.fragment].pk]),
        )
        for one in rows
        if one.fragment in found
    ]


def readers(row: Fragment) -> int:
    """How many readers stand on it, in any release."""
    return releases.readers_of(row.story).filter(fragment=row.key).count()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a fragment, before and after, as lines of a diff: (sign, text)."""

    name: str
    lines: list[tuple[str, str]]


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
    """What changed between two contents of a fragment, field by field."""
    changed = []
    for name in after or before:
        was, now = _lines((before or {}).get(name)), _lines((after or {}).get(name))
        if was != now:
            said = [(line[:1], line[2:]) for line in difflib.ndiff(was, now) if line[:1] != "?"]
            changed.append(FieldChange(_title(name), said))
    return changed


def _title(name: str) -> str:
    return {
        "title": _("título"),
        "text": _("texto"),
        "choices": _("opciones"),
        "media": _("imagen"),
        "ending": _("final"),
        "vip": _("solo VIP"),
        "condition": _("condición"),
        "variants": _("variantes"),
        "effects": _("efectos"),
        "fallback": _("si todo está cerrado"),
        "checkpoint": _("punto de control"),
        "undo": _("se puede deshacer"),
        "tags": _("etiquetas"),
        "position": _("lugar en el mapa"),
        "note": _("nota"),
        "key": _("clave"),
    }.get(name, name)


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict) and all(isinstance(part, str) for part in value.values()):
        return [f"{language}: {line}" for language, text in value.items() for line in text.splitlines()]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [line for part in value for line in _row_lines(part)]
    return [] if value in (None, "", [], {}, False) else [orjson.dumps(value).decode()]


def _row_lines(part: dict[str, Any]) -> list[str]:
    """A choice, a variant or an effect, one line for each field that says something."""
    name = part.get("key") or part.get("do") or "·"
    return [
        f"{name} · {field}: {value if isinstance(value, str) else orjson.dumps(value).decode()}"
        for field, value in part.items()
        if value not in (None, "", [], {}, 0) and field != "key"
    ]


def changes(work: Any, desk: Any) -> list[FieldChange]:
    """What somebody else saved, beside what this editor typed."""
    files = dict(work.story.media.values_list("path", "kind"))
    theirs, _version = drafts.fragment(work.story.pk, work.row.key) if work.row else (work.fragment, 0)
    mine = desk.fragment(theirs.key, files)
    return differences(theirs.to_json(), mine.to_json())


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change of a fragment."""

    pk: str
    version: int
    author: str
    at: datetime
    changed: list[FieldChange]
    can_return: bool


def history(row: Fragment) -> list[PastChange]:
    """What was done to a fragment, the newest first."""
    versions = drafts.history(row.story, row.key, SHOWN + 1)
    past = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        changed = differences(_stored(older), _stored(newer)) if newer.content else []
        can_return = bool(newer.content) and newer.version != row.version
        past.append(PastChange(str(newer.pk), newer.version, newer.author, newer.at, changed, can_return))
    return past[:SHOWN]


def _stored(version: FragmentVersion | None) -> dict[str, Any]:
    return dict(orjson.loads(version.content)) if version and version.content else {}
