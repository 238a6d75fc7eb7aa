"""Findings as sentences."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from yabot.core import chains
from yabot.core.events import NOBODY
from yabot.core.reconciliation.registry import Kind, kind_of


def sentence(job: str, kind: str, facts: Mapping[str, Any]) -> str:
    """What does not fit, in the active language; the bare facts when the check no longer exists."""
    known = kind_of(job, kind)
    if known is None:
        return f"{kind}: {', '.join(f'{name} {value}' for name, value in facts.items())}"
    return str(known.sentence) % _Readable(facts)


class _Readable(dict[str, Any]):
    """The facts as people read them; one that an older version did not write is a question mark."""

    def __getitem__(self, name: str) -> str:
        return READABLE.get(name, str)(super().__getitem__(name))

    def __missing__(self, name: str) -> str:
        return "?"


def facts_of(text: str) -> dict[str, Any]:
    """The stored facts; none when they cannot be read."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def advice(job: str, kind: str, *, is_open: bool) -> str:
    """What was done about it, or what a person does."""
    known: Kind | None = kind_of(job, kind)
    if known and known.repair and is_open:
        return _("No se pudo arreglar solo. Avisa a quien lleva el sistema.")
    return str(known.advice) if known else ""


def _person(value: Any) -> str:
    return _("nadie en particular") if value == NOBODY else str(value)


READABLE: Mapping[str, Callable[[Any], str]] = {
    "module": chains.module_name,
    "event": lambda value: str(chains.event_name(value)),
    "person": _person,
}
