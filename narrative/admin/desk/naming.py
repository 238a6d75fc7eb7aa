"""Keys and the titles that editors know them by: what can be named on the desk, and what somebody meant by it."""

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

from narrative.admin.desk import words
from narrative.models import Story
from narrative.services import drafts
from narrative.story import content
from narrative.story.effects import Effect
from yabot.core.conditions import Test
from yabot.core.conditions.base import parts

_QUOTED = re.compile(r"[«\"“]([^»\"”]+)[»\"”]")
BY_KEY = frozenset({"flag", "counter"})  # what else they have is a note for the team, no title


class Names:
    """What can be named, by kind: fragments, choices, hints, letters, flags, counters, items … Loaded when asked."""

    def __init__(self, story: Story, told: content.Story | None = None) -> None:
        self._story, self._told = story, told

    @cached_property
    def told(self) -> content.Story:
        """The draft."""
        return self._told or drafts.told(self._story)

    @cached_property
    def pairs(self) -> dict[str, list[list[str]]]:
        """For each kind, keys with their titles or notes."""
        found, language = words.names(self.told), self.told.language
        found["choice"] = [
            [choice.key, f"{choice.label.in_(language)} ({part.title.in_(language)})"]
            for part, choice in self.told.choices()
        ]
        return found

    @cached_property
    def titles(self) -> dict[str, dict[str, str]]:
        """For each kind, the title by which each key is called: one that no other has, else the key itself."""
        return {kind: self._called(kind, pairs) for kind, pairs in self.pairs.items()}

    def _called(self, kind: str, pairs: list[list[str]]) -> dict[str, str]:
        counted: dict[str, int] = {}
        for _key, title in pairs:
            counted[title.casefold()] = counted.get(title.casefold(), 0) + 1
        keys = {key for key, _title in pairs}

        def good(key: str, title: str) -> bool:
            alone = counted[title.casefold()] == 1 and (title == key or title not in keys)
            return bool(title) and kind not in BY_KEY and alone and not set(title) & set(",;«»")

        return {key: title if good(key, title) else key for key, title in pairs}

    @cached_property
    def _meant(self) -> dict[str, dict[str, str]]:
        found = {}
        for kind, titles in self.titles.items():
            found[kind] = {title.casefold(): key for key, title in titles.items()} | {key: key for key in titles}
        return found

    @property
    def options(self) -> dict[str, list[tuple[str, str]]]:
        """For each kind what to choose from: what is typed, and what else is known of it."""
        return {
            kind: [(titles[key], said if titles[key] == key else key) for key, said in self.pairs[kind]]
            for kind, titles in self.titles.items()
        }

    def key(self, kind: str, said: str) -> str:
        """The key that was meant: what was typed when there is such a key, else the one with that title, else ""."""
        known: Mapping[str, str] = self._meant.get(kind, {})
        return known.get(said.strip()) or known.get(said.strip().casefold(), "")

    def title(self, kind: str, key: str) -> str:
        """How a key is called."""
        return self.titles.get(kind, {}).get(key, key)

    def meant(self, kind: str, said: str) -> str:
        """The key of a title. What is not there stays as typed: a key may be written later, a typo is refused."""
        return self.key(kind, said) or said.strip()


def by_keys(rows: Any, names: Names) -> Any:
    """Rows of tests or effects, as the script sends them, with keys where titles were chosen."""
    if isinstance(rows, dict):
        meant = _row(rows, names)
        return {name: by_keys(part, names) if name in {"all", "any"} else part for name, part in meant.items()}
    return [by_keys(row, names) for row in rows] if isinstance(rows, list) else rows


def _row(row: dict[str, Any], names: Names) -> dict[str, Any]:
    refers = _refers(str(row.get("is") or row.get("do") or ""))
    return {
        name: names.meant(refers[name], value) if name in refers and isinstance(value, str) else value
        for name, value in row.items()
    }


def _refers(kind: str) -> dict[str, str]:
    """For each field of a kind that holds a key: what the key names."""
    if kind in Test.known:
        return {part.name: part.metadata["refers"] for part in parts(Test.known[kind]) if "refers" in part.metadata}
    effect = Effect.known.get(kind)
    return {fields(effect)[0].name: effect.refers} if effect and effect.refers else {}


def text_by_keys(text: str, names: Names) -> str:
    """The text form with keys where titles stand in quotes: ``visited «La verja»``."""
    lines = re.split(r"([;|\n])", text)
    return "".join(_line(line, names) for line in lines)


def _line(line: str, names: Names) -> str:
    words = [word for word in line.split() if word not in {"not", "any"}]
    refers = next(iter(_refers(words[0] if words else "").values()), "")
    return _QUOTED.sub(lambda found: names.key(refers, found[1]) or found[0], line)
