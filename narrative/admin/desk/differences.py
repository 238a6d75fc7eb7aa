"""What changed in a fragment, in an editor's words: only what changed, and each choice by what its button says."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from narrative.admin.desk.languages import spoken
from narrative.models import Locked, Repeat
from narrative.story.content import BACK, Choice, Fragment, Variant
from narrative.story.effects import Effect
from narrative.story.reading import Words
from yabot.core.conditions import Condition

Lines = list[str]
Titles = Mapping[str, str]  # of fragments, by their keys
NO_TITLES: Titles = {}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a fragment, before and after, as lines of a diff: (sign, text)."""

    name: str
    lines: list[tuple[str, str]]


def differences(before: Fragment | None, after: Fragment | None, titles: Titles = NO_TITLES) -> list[FieldChange]:
    """What changed between two contents of a fragment. Where it stands on the map is no difference."""
    was, now = _said(before, titles), _said(after, titles)
    changed = [
        FieldChange((now.get(key) or was[key]).name, _changed(_of(was, key), _of(now, key)))
        for key in [*now, *(key for key in was if key not in now)]
        if _of(was, key) != _of(now, key)
    ]
    return changed + list(_moved(before, after))


def _moved(before: Fragment | None, after: Fragment | None) -> Iterator[FieldChange]:
    """That choices which were and are there stand in another order."""
    if before is None or after is None:
        return
    there = {one.key for one in before.choices} & {one.key for one in after.choices}
    was, now = ([one for one in part.choices if one.key in there] for part in (before, after))
    if [one.key for one in was] != [one.key for one in now]:
        rows = [(sign, " · ".join(map(_label, choices))) for sign, choices in (("-", was), ("+", now))]
        yield FieldChange(_("orden de las opciones"), rows)


def _changed(was: Lines, now: Lines) -> list[tuple[str, str]]:
    """The lines that went and came; what stayed between them is one dot row."""
    shown: list[tuple[str, str]] = []
    for line in difflib.ndiff(was, now):
        sign = line[:1]
        if sign in "+-":
            shown.append((sign, line[2:]))
        elif sign == " " and shown and shown[-1] != (" ", "…"):
            shown.append((" ", "…"))
    return shown[:-1] if shown[-1:] == [(" ", "…")] else shown


@dataclass(frozen=True, slots=True)
class _Field:
    """What one field says."""

    name: str
    lines: Lines


def _of(said: Mapping[str, _Field], key: str) -> Lines:
    return said[key].lines if key in said else []


def _said(fragment: Fragment | None, titles: Titles) -> dict[str, _Field]:
    """Everything a fragment says and does, field by field; each choice and each variant is a field of its own."""
    if fragment is None:
        return {}
    yes = [_("sí")]
    ending = _words(fragment.ending.name) or yes if fragment.ending else []
    variants = [(_variant_name(one), _words(one.text)) for one in fragment.variants]
    choices = {f"choice:{one.key}": _Field(_choice_name(one), list(_choice(one, titles))) for one in fragment.choices}
    first = [(_("título"), _words(fragment.title)), (_("texto"), _words(fragment.text)), *variants]
    last = [
        (_("imagen"), _media(fragment)),
        (_("final"), ending),
        (_("solo VIP"), yes if fragment.vip else []),
        (_("condición"), _condition(fragment.condition)),
        (_("efectos"), _effects(fragment.effects)),
        (_("si todo está cerrado"), _target(fragment.fallback, titles)),
        (_("punto de control"), yes if fragment.checkpoint else []),
        (_("sin vuelta atrás"), [] if fragment.undo else yes),
        (_("etiquetas"), list(fragment.tags)),
        (_("nota"), fragment.note.splitlines()),
    ]
    return {**_fields(first), **choices, **_fields(last)}


def _fields(rows: list[tuple[str, Lines]]) -> dict[str, _Field]:
    return {name: _Field(name, lines) for name, lines in rows}


def _words(words: Words) -> Lines:
    said = sorted(words.by_language.items())
    return [f"{language}: {line}" for language, text in said for line in text.splitlines() if line]


def _variant_name(variant: Variant) -> str:
    return _("texto para: %s") % variant.condition.describe(spoken())


def _media(fragment: Fragment) -> Lines:
    media = fragment.media
    if media is None:
        return []
    return [media.file, *_words(media.alt), *([_("oculta hasta tocarla")] if media.spoiler else [])]


def _condition(condition: Condition) -> Lines:
    return [condition.describe(spoken())] if condition else []


def _effects(effects: tuple[Effect, ...]) -> Lines:
    return [effect.describe(spoken()) for effect in effects]


def _target(key: str, titles: Titles) -> Lines:
    if key == BACK:
        return [_("de vuelta a donde estaba")]
    return [titles.get(key) or key] if key else []


def _choice_name(choice: Choice) -> str:
    return _("opción «%s»") % _label(choice)


def _label(choice: Choice) -> str:
    return choice.label.in_(spoken()) or choice.key


def _choice(choice: Choice, titles: Titles) -> Iterator[str]:
    """What a choice says and does: only what is not as usual."""
    yield from _words(choice.label)
    rows = (
        (_("lleva a"), _target(choice.target, titles)),
        (_("solo si"), _condition(choice.condition)),
        (_("y entonces"), _effects(choice.effects)),
        (_("cuesta"), [f"{choice.price} 💋"] if choice.price else []),
        (_("si está cerrada"), [str(Locked(choice.locked).label)] if choice.locked != Locked.SHOW else []),
        (_("cuántas veces"), [str(Repeat(choice.repeat).label)] if choice.repeat != Repeat.ALWAYS else []),
    )
    for name, lines in rows:
        yield from (f"{name}: {line}" for line in lines)
