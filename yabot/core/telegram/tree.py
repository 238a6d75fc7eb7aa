"""A text as a tree: characters, formatted stretches, and in phrases values and conditions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from yabot.core.telegram.names import clean_text, utf16_len
from yabot.core.telegram.problems import Report
from yabot.core.telegram.richtext import Entity
from yabot.core.telegram.tags import (
    TagRefused,
    is_one_emoji,
    may_contain,
    read_closing,
    read_opening,
    read_reference,
    tag_name,
)

MOST_NESTED: Final = 24
LONGEST_SOURCE: Final = 65_536
_TOKEN = re.compile(r"(?P<tag><[^<>]*>)|(?P<lone><)|(?P<reference>&#?\w{1,32};)|(?P<text>[^<&]+|&)", re.ASCII)


@dataclass(slots=True)
class Slot:
    """Where a value goes."""

    name: str


@dataclass(slots=True)
class Span:
    """What a tag holds."""

    entity: Entity
    nodes: "list[Node]"


@dataclass(slots=True)
class Branch:
    """What is shown when a value is true, and when it is not."""

    name: str
    yes: "list[Node]"
    no: "list[Node]"


Node: TypeAlias = str | Slot | Span | Branch


@dataclass(slots=True)
class Frame:
    """Something open: a tag, a condition (``branch`` set) or the text itself (``index`` -1)."""

    index: int
    shown: str
    nodes: list[Node] = field(default_factory=list)
    tag: str = ""
    entity: Entity | None = None
    branch: Branch | None = None
    code_ends: int | None = None


class TreeBuilder:
    """Reads a source into a tree and reports what is wrong with it. Goes on after a problem to find the others."""

    token = _TOKEN

    def __init__(self, source: str) -> None:
        self.source = source
        self.report = Report(source)
        self.frames = [Frame(-1, "")]
        self.forgiven: list[str] = []

    def build(self) -> list[Node]:
        """The tree. It means nothing when ``report`` has problems."""
        if len(self.source) > LONGEST_SOURCE:
            self.report.add(0, "too_long", length=len(self.source), limit=LONGEST_SOURCE)
            return []
        for found in self.token.finditer(self.source):
            if self.report.is_full:
                break
            self.read(found.lastgroup or "", found[0], found.start())
        while len(self.frames) > 1:
            self.report.add(self.frames[-1].index, "never_closed", tag=self.frames[-1].shown)
            self.close()
        return self.frames[0].nodes

    def read(self, kind: str, raw: str, index: int) -> None:
        """One token of the source."""
        if kind == "tag":
            self._read_tag(raw, index)
        elif kind == "lone":
            self.report.add(index, "lone_less_than")
        elif kind == "reference":
            self._read_reference(raw, index)
        else:
            self._read_text(raw)

    def add(self, node: Node) -> None:
        """Put a node where the reading is."""
        self.frames[-1].nodes.append(node)

    def _read_text(self, raw: str) -> None:
        """Characters nobody sees are left out: an editor cannot find them, and a reader's name may hold them."""
        self.add(raw if raw.isprintable() else clean_text(raw))

    def _read_reference(self, raw: str, index: int) -> None:
        character = read_reference(raw)
        if character is None:
            self.report.add(index, "unknown_reference", name=raw)
        else:
            self.add(character)

    def _read_tag(self, raw: str, index: int) -> None:
        try:
            if raw.startswith("</"):
                self._close_tag(read_closing(raw), index)
            else:
                self._open_tag(raw, index)
        except TagRefused as refusal:
            self.report.add(index, refusal.code, **refusal.details)
            if name := tag_name(raw):
                self.forgiven.append(name)

    def _open_tag(self, raw: str, index: int) -> None:
        opening = read_opening(raw)
        outer = next((frame for frame in reversed(self.frames) if frame.entity), None)
        entity: Entity | None = opening.entity
        if outer is not None and outer.tag == "pre" and opening.name == "code":
            self._mark_language(outer, opening.entity.language)
            entity = None
        elif opening.entity.language:
            raise TagRefused("bad_attribute", tag="<code>", attribute="class")
        else:
            self._check_nesting(opening.name, opening.entity, index)
        if len(self.frames) > MOST_NESTED:
            raise TagRefused("too_deep")
        self.frames.append(Frame(index, f"<{opening.name}>", tag=opening.name, entity=entity))

    def _mark_language(self, pre: Frame, language: str | None) -> None:
        if self.frames[-1] is not pre or pre.nodes:
            raise TagRefused("code_not_alone")
        pre.entity = Entity("pre", 0, 0, language=language)

    def _check_nesting(self, name: str, entity: Entity, index: int) -> None:
        for frame in self.frames:
            if frame.entity and not may_contain(frame.entity.type, entity.type):
                self.report.add(index, "bad_nesting", tag=frame.shown, inner=f"<{name}>")
                return

    def _close_tag(self, name: str, index: int) -> None:
        top = self.frames[-1]
        if top.tag == name:
            self.close()
        elif name in self.forgiven:
            self.forgiven.remove(name)
        elif any(frame.tag == name for frame in self.frames):
            self.report.add(index, "crossing", tag=f"</{name}>", inner=top.shown)
            while (inner := self.frames[-1].tag) != name:
                self.forgiven.append(inner)
                self.close()
            self.close()
        else:
            self.report.add(index, "never_opened", tag=f"</{name}>")

    def close(self) -> None:
        """The innermost frame becomes a node of the one around it."""
        frame = self.frames.pop()
        self.check_closed(frame)
        if frame.branch is not None:
            self.add(frame.branch)
        elif frame.entity is not None:
            self.add(Span(frame.entity, frame.nodes))
        else:
            self.frames[-1].nodes += frame.nodes
            self.frames[-1].code_ends = len(self.frames[-1].nodes)

    def check_closed(self, frame: Frame) -> None:
        """What can be judged only when all of it was read."""
        if frame.entity is not None and frame.entity.type == "custom_emoji":
            text = "".join(node for node in frame.nodes if isinstance(node, str))
            if not is_one_emoji(text) or not all(isinstance(node, str) for node in frame.nodes):
                self.report.add(frame.index, "bad_emoji")
        if frame.code_ends is not None and frame.code_ends < len(frame.nodes):
            self.report.add(frame.index, "code_not_alone")


@dataclass(slots=True)
class Stretch:
    """An entity between two places; a place is literal units before it, and values before it."""

    entity: Entity
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(slots=True)
class Layout:
    """A tree laid out in a line, for given answers to its conditions: literals with a value between each two."""

    literals: list[str]
    names: list[str]
    stretches: list[Stretch]
    units: int


class _Line:
    def __init__(self, answers: Mapping[str, bool]) -> None:
        self._answers = answers
        self._units = 0
        self._literals: list[list[str]] = [[]]
        self._names: list[str] = []
        self._stretches: list[Stretch] = []

    def write(self, nodes: list[Node], around: frozenset[str]) -> None:
        for node in nodes:
            if isinstance(node, str):
                self._literals[-1].append(node)
                self._units += utf16_len(node)
            elif isinstance(node, Slot):
                self._names.append(node.name)
                self._literals.append([])
            elif isinstance(node, Branch):
                self.write(node.yes if self._answers[node.name] else node.no, around)
            else:
                self._write_span(node, around)

    def _write_span(self, span: Span, around: frozenset[str]) -> None:
        """A style inside the same style says nothing more."""
        stretch = Stretch(span.entity, self._place, (0, 0))
        if span.entity.type not in around:
            self._stretches.append(stretch)
        self.write(span.nodes, around | {span.entity.type})
        stretch.end = self._place

    @property
    def _place(self) -> tuple[int, int]:
        return self._units, len(self._names)

    @property
    def layout(self) -> Layout:
        return Layout(["".join(parts) for parts in self._literals], self._names, self._stretches, self._units)


def lay_out(nodes: list[Node], answers: Mapping[str, bool]) -> Layout:
    """The line that ``nodes`` make when conditions are answered so."""
    line = _Line(answers)
    line.write(nodes, frozenset())
    return line.layout
