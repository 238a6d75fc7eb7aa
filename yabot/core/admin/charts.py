"""Charts drawn on the server: numbers in, the geometry of an SVG out. The template and the style sheet do the rest.

The drawing is 100 wide and 100 high and is stretched to whatever room there is; words and numbers stand around it as
HTML, so they stay readable on a phone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone

from yabot.core.chains import Text

WIDTH = HEIGHT = 100.0
Value = float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart; ``tone`` is a, b or c: the style sheet's three colours. None leaves a gap."""

    label: Text
    tone: str
    values: Sequence[Value]

    @property
    def last(self) -> Value:
        """The newest value."""
        return next((value for value in reversed(self.values) if value is not None), None)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as it is drawn and named."""

    label: Text
    tone: str
    path: str
    last: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A column over one moment that says the numbers when it is pointed at."""

    x: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template needs."""

    title: Text
    hint: Text
    unit: Text
    top: str
    lines: list[Drawn]
    spots: list[Spot]
    begin: datetime
    end: datetime
    is_empty: bool


def draw(title: Text, hint: Text, unit: Text, moments: Sequence[datetime], lines: Sequence[Line]) -> Chart:
    """The chart of these lines, which have a value (or None) for each moment."""
    highest = max((value for line in lines for value in line.values if value is not None), default=0.0)
    top = ceiling(highest)
    return Chart(
        title=title,
        hint=hint,
        unit=unit,
        top=number(top),
        lines=[Drawn(line.label, line.tone, path(line.values, top), number(line.last)) for line in lines],
        spots=_spots(moments, lines, unit),
        begin=moments[0],
        end=moments[-1],
        is_empty=all(value is None for line in lines for value in line.values),
    )


def path(values: Sequence[Value], top: float) -> str:
    """The line as an SVG path; a value that stands alone is a short stroke."""
    step = WIDTH / max(1, len(values) - 1)
    points = [
        (place * step, HEIGHT * (1 - value / top)) if value is not None else None for place, value in enumerate(values)
    ]
    parts = []
    for known, run in groupby(points, key=lambda point: point is not None):
        found = [point for point in run if point is not None]
        if known:
            found += [(min(WIDTH, found[0][0] + 0.4), found[0][1])] if len(found) == 1 else []
            parts.append("M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in found))
    return "".join(parts)


def ceiling(highest: float) -> float:
    """A round number that is not below ``highest``: one digit and zeros, or 1.5 and 2.5 times those."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= highest * 0.999999)


def number(value: Value) -> str:
    """A number as people like it: three digits that matter, a dash for none."""
    if value is None:
        return "—"
    if value >= 10 or value == int(value):
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _spots(moments: Sequence[datetime], lines: Sequence[Line], unit: Text) -> list[Spot]:
    width = WIDTH / len(moments)
    return [
        Spot(round(place * width, 2), round(width, 2), _words(moment, lines, place, unit))
        for place, moment in enumerate(moments)
        if any(line.values[place] is not None for line in lines)
    ]


def _words(moment: datetime, lines: Sequence[Line], place: int, unit: Text) -> str:
    told = ", ".join(f"{line.label} {number(line.values[place])}" for line in lines)
    return f"{timezone.localtime(moment):%d/%m %H:%M} · {told} ({unit})"
