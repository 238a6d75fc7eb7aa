"""Phrases: the bot's sentences that editors write, with values in braces. No template engine.

    Hola, <b>{name}</b>. {if besitos}Tienes {besitos} besitos.{else}Aún no tienes besitos.{end}

A phrase is read once, against a closed set of placeholders, into literals and places; rendering joins strings and moves
entities. There are no attributes, calls, filters, formats or loops: ``{m.__class__}`` is a mistake with a line and a
column, never an access. Values are shown as they are and are never read as markup.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import ClassVar, Final

from yabot.core.telegram.limits import ENTITIES, TEXT
from yabot.core.telegram.names import clean_name, clean_text, is_plain_name, utf16_len
from yabot.core.telegram.placeholders import Kind, PhraseBuilder, Placeholder
from yabot.core.telegram.problems import MarkupError
from yabot.core.telegram.richtext import Entity, RichText
from yabot.core.telegram.tree import Layout, Node, Stretch, lay_out

__all__ = ["Kind", "Phrase", "PhraseError", "Placeholder", "Value", "compile_phrase", "literal"]

Value = str | int | bool
_LONGEST_NAME: Final = 256
_TICKS: Final = {True: "✓", False: "✗"}


class PhraseError(MarkupError):
    """A phrase cannot be used as it is written. ``problems`` says where and why, and is never empty."""

    code: ClassVar[str] = "TXT002"


class Phrase:
    """A phrase ready to be rendered. Never changes; safe to share between threads."""

    __slots__ = ("_allowed", "_conditions", "_limit", "_variants", "conditions", "names", "source")

    def __init__(
        self, source: str, builder: PhraseBuilder, allowed: Mapping[str, Placeholder], nodes: list[Node], limit: int
    ) -> None:
        self.source = source
        self.names = tuple(builder.used)
        self.conditions = tuple(builder.conditions)
        self._conditions = tuple((name, 1 << bit) for bit, name in enumerate(self.conditions))
        self._limit = limit
        self._allowed = {name: allowed[name] for name in {*self.names, *self.conditions}}
        answers = product((False, True), repeat=len(self.conditions))
        self._variants = [
            _Variant(lay_out(nodes, dict(zip(reversed(self.conditions), answer, strict=True))), allowed)
            for answer in answers
        ]

    def render(self, values: Mapping[str, Value]) -> RichText:
        """The phrase with its values. Never raises: a missing value, or one of another type, shows nothing.

        What goes beyond the limit is cut between two characters, and its entities with it.
        """
        which = 0
        for name, bit in self._conditions:
            value = values.get(name)
            if isinstance(value, (str, int)) and value:
                which += bit
        return self._variants[which].fill(values, self._limit)

    def preview(self) -> RichText:
        """The phrase with the examples of its placeholders."""
        return self.render(self.examples)

    @property
    def examples(self) -> dict[str, Value]:
        """An example for each value the phrase uses."""
        return {name: placeholder.example for name, placeholder in self._allowed.items()}

    def measures(self) -> Sequence[tuple[int, int]]:
        """For each way its conditions may go: UTF-16 units with the examples in it, and entities."""
        return [variant.measure(self.examples) for variant in self._variants]


class _Variant:
    """The phrase for given answers to its conditions: a line of literals with a value between each two."""

    __slots__ = ("_fixed", "_moving", "_parts", "_slots", "_units")

    def __init__(self, layout: Layout, allowed: Mapping[str, Placeholder]) -> None:
        self._units = layout.units
        self._slots = tuple((name, allowed[name].kind is Kind.NAME) for name in layout.names)
        self._parts = [""] * (2 * len(layout.names) + 1)
        self._parts[::2] = layout.literals
        stretches = _visible(layout)
        # Those before the first that a value moves are placed once and for all. A fixed one after it waits its turn,
        # so that entities stay sorted.
        first_moving = next((n for n, stretch in enumerate(stretches) if stretch.end[1]), len(stretches))
        self._fixed = tuple(_placed(stretch) for stretch in stretches[:first_moving])
        self._moving = tuple((s.entity, *s.start, *s.end) for s in stretches[first_moving:])

    def fill(self, values: Mapping[str, Value], limit: int) -> RichText:
        """The text with the values in it, and each entity where it then is."""
        parts = self._parts.copy()
        shift, place = 0, 1
        shifts = [0]
        has_blank = False
        for name, is_name in self._slots:
            value = values.get(name)
            shown = value if type(value) is str else _shown(value)
            if len(shown) > _LONGEST_NAME or not (is_plain_name(shown) if is_name else shown.isprintable()):
                shown = clean_name(shown, _LONGEST_NAME) if is_name else clean_text(shown[: 2 * limit])
            shift += utf16_len(shown)
            has_blank = has_blank or not shown or shown.isspace()
            shifts.append(shift)
            parts[place] = shown
            place += 2
        entities = list(self._fixed)
        for entity, start, start_after, end, end_after in self._moving:
            offset = start + shifts[start_after]
            entities.append(entity.at(offset, end + shifts[end_after] - offset))
        rich = RichText("".join(parts), tuple(entities))
        if has_blank:
            rich = rich.tidy()
        return rich if self._units + shift <= limit else rich.cut(limit)

    def measure(self, examples: Mapping[str, Value]) -> tuple[int, int]:
        """UTF-16 units with these values, uncut, and entities."""
        values = sum(utf16_len(_shown(examples[name])) for name, _ in self._slots)
        return self._units + values, len(self._fixed) + len(self._moving)


def compile_phrase(source: str, allowed: Mapping[str, Placeholder], limit: int = TEXT) -> Phrase:
    """Read ``source``; its values may only be those ``allowed``, by name.

    Raises PhraseError with every problem found, in both languages and at its place in ``source``. A phrase that does
    not fit ``limit`` with the examples of its placeholders, whichever way its conditions go, is such a problem.
    """
    builder = PhraseBuilder(source, allowed)
    nodes = builder.build()
    if builder.report.problems:
        raise PhraseError(builder.report.problems)
    phrase = Phrase(source, builder, allowed, nodes, limit)
    measures = phrase.measures()
    length, entities = max(units for units, _ in measures), max(count for _, count in measures)
    if length > limit:
        builder.report.add(len(source), "too_long", length=length, limit=limit)
    if entities > ENTITIES:
        builder.report.add(len(source), "too_many_entities", count=entities, limit=ENTITIES)
    if builder.report.problems:
        raise PhraseError(builder.report.problems)
    return phrase


def literal(text: str) -> str:
    """A phrase's source that shows ``text`` as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("{", "{{").replace("}", "}}")


def _shown(value: object) -> str:
    """A value as text. Objects are never asked how they look: that is code."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return _TICKS[value]
    if isinstance(value, int) and int.bit_length(value) <= 128:
        return int.__repr__(value)
    return ""


def _visible(layout: Layout) -> list[Stretch]:
    """Without the stretches around nothing but blanks, whatever the values."""
    units = "".join(layout.literals).encode("utf-16-le", "surrogatepass")

    def is_visible(stretch: Stretch) -> bool:
        (start, start_after), (end, end_after) = stretch.start, stretch.end
        return start_after < end_after or bool(units[2 * start : 2 * end].decode("utf-16-le").strip())

    return [stretch for stretch in layout.stretches if is_visible(stretch)]


def _placed(stretch: Stretch) -> Entity:
    return stretch.entity.at(stretch.start[0], stretch.end[0] - stretch.start[0])
