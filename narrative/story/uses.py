"""What a fragment uses: the fragments it leads to, and the hints, items, letters, flags … its rows name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from narrative.story.content import BACK, Choice, Fragment
from narrative.story.reading import Reader


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that is used; ``choice`` is empty when the fragment itself uses it."""

    kind: str
    key: str
    choice: str = ""


def uses(fragment: Fragment) -> Iterator[Use]:
    """Everything this fragment and its choices name. The same thing may come twice."""
    if fragment.fallback:
        yield Use("fragment", fragment.fallback)
    if fragment.media:
        yield Use("media", fragment.media.file)
    for condition in (fragment.condition, *(variant.condition for variant in fragment.variants)):
        yield from (Use(ref.kind, ref.key) for ref in condition.refs())
    for effect in fragment.effects:
        yield from (Use(ref.kind, ref.key) for ref in effect.refs())
    for choice in fragment.choices:
        yield from _of_choice(choice)


def _of_choice(choice: Choice) -> Iterator[Use]:
    if choice.target and choice.target != BACK:
        yield Use("fragment", choice.target, choice.key)
    yield from (Use(ref.kind, ref.key, choice.key) for ref in choice.condition.refs())
    for effect in choice.effects:
        yield from (Use(ref.kind, ref.key, choice.key) for ref in effect.refs())


def renamed(fragment: Fragment, key: str, new: str) -> Fragment:
    """The same fragment, naming another one by its new key; its own key changes too if it is that one."""
    stored = fragment.to_json()
    stored["key"] = new if stored["key"] == key else stored["key"]
    stored["fallback"] = new if stored["fallback"] == key else stored["fallback"]
    for choice in stored["choices"]:
        choice["target"] = new if choice["target"] == key else choice["target"]
    return Fragment.read(Reader(_in_conditions(stored, key, new)))


def _in_conditions(stored: Any, key: str, new: str) -> Any:
    if isinstance(stored, list):
        return [_in_conditions(part, key, new) for part in stored]
    if not isinstance(stored, dict):
        return stored
    changed = {name: _in_conditions(part, key, new) for name, part in stored.items()}
    if changed.get("is") == "visited" and changed.get("fragment") == key:
        changed["fragment"] = new
    return changed


def with_choice(fragment: Fragment, choice: Choice) -> Fragment:
    """The same fragment with one more way on."""
    return replace(fragment, choices=(*fragment.choices, choice))
