"""The source of a phrase: Telegram's HTML with values in braces and small conditions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from yabot.core.telegram.tags import tag_name
from yabot.core.telegram.tree import MOST_NESTED, Branch, Frame, Slot, TreeBuilder

MOST_CONDITIONS: Final = 6
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,63}", re.ASCII)
_IF = re.compile(r"if\s+(.*)")


class Kind(StrEnum):
    """What a value is: a name is shown in one line of at most 256 units, a flag is only asked about."""

    TEXT = "text"
    NAME = "name"
    NUMBER = "number"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value that phrases may use, as the admin lists it; ``example`` fills the preview."""

    name: str
    description_es: str
    description_en: str
    example: str | int | bool
    kind: Kind = Kind.TEXT

    def description(self, language: str) -> str:
        """What it is, in ``language``: ``"en"``, or Spanish for any other."""
        return self.description_en if language == "en" else self.description_es


class PhraseBuilder(TreeBuilder):
    """Reads the braces too. ``used`` and ``conditions`` are the names met, in order."""

    token = re.compile(
        r"(?P<tag><[^<>]*>)|(?P<lone><)|(?P<reference>&#?\w{1,32};)"
        r"|(?P<literal>\{\{|\}\})|(?P<value>\{[^{}<\n]*\})|(?P<brace>[{}])|(?P<text>[^<&{}]+|&)",
        re.ASCII,
    )

    def __init__(self, source: str, allowed: Mapping[str, Placeholder]) -> None:
        super().__init__(source)
        self.used: list[str] = []
        self.conditions: list[str] = []
        self._allowed = allowed

    def read(self, kind: str, raw: str, index: int) -> None:
        if kind == "literal":
            self.add(raw[0])
        elif kind == "brace":
            self.report.add(index, "lone_brace")
        elif kind == "value":
            self._read_value(raw[1:-1].strip(), index)
        elif kind == "tag" and ("{" in raw or "}" in raw):
            self._refuse_inside_tag(raw, index)
        else:
            super().read(kind, raw, index)

    def _refuse_inside_tag(self, raw: str, index: int) -> None:
        self.report.add(index + min(raw.find(brace) for brace in "{}" if brace in raw), "placeholder_in_tag")
        name = tag_name(raw)
        if name and not raw.startswith("</"):
            self.forgiven.append(name)

    def _read_value(self, inside: str, index: int) -> None:
        if inside == "else":
            self._read_else(index)
        elif inside == "end":
            self._read_end(index)
        elif condition := _IF.fullmatch(inside):
            self._read_if(condition[1], index)
        elif self._is_known(inside, index):
            if self._allowed[inside].kind is Kind.FLAG:
                self.report.add(index, "flag_in_text", name=inside)
            _note(self.used, inside)
            self.add(Slot(inside))

    def _is_known(self, name: str, index: int) -> bool:
        if name in self._allowed:
            return True
        if _NAME.fullmatch(name):
            nearest = get_close_matches(name, self._allowed, n=1)
            es, en = (f" ¿Era {{{nearest[0]}}}?", f" Was it {{{nearest[0]}}}?") if nearest else ("", "")
            self.report.add(index, "unknown_placeholder", name=name, nearest_es=es, nearest_en=en)
        else:
            self.report.add(index, "bad_placeholder", name=name)
        return False

    def _read_if(self, name: str, index: int) -> None:
        """An unknown name opens all the same, so that its ``{end}`` is not reported too."""
        if self._is_known(name, index):
            _note(self.conditions, name)
            if len(self.conditions) > MOST_CONDITIONS:
                self.report.add(index, "too_many_conditions", limit=MOST_CONDITIONS)
        if len(self.frames) > MOST_NESTED:
            self.report.add(index, "too_deep")
            self.forgiven.append("")
            return
        branch = Branch(name, [], [])
        self.frames.append(Frame(index, f"{{if {name}}}", branch.yes, branch=branch))

    def _read_else(self, index: int) -> None:
        frame = self._open_condition("{else}", index)
        if frame is None or frame.branch is None:
            return
        if frame.nodes is frame.branch.no:
            self.report.add(index, "second_else")
        frame.nodes = frame.branch.no

    def _read_end(self, index: int) -> None:
        if self._open_condition("{end}", index) is not None:
            self.close()

    def _open_condition(self, word: str, index: int) -> Frame | None:
        """The condition that ``word`` belongs to, closing (and reporting) tags left open inside it."""
        if not any(frame.branch for frame in self.frames):
            if "" in self.forgiven:
                self.forgiven.remove("")
            else:
                self.report.add(index, "else_without_if" if word == "{else}" else "end_without_if")
            return None
        if self.frames[-1].branch is None:
            self.report.add(index, "crossing", tag=word, inner=self.frames[-1].shown)
        while self.frames[-1].branch is None:
            self.forgiven.append(self.frames[-1].tag)
            self.close()
        return self.frames[-1]


def _note(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
