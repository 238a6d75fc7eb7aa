"""Telegram's HTML, read strictly: what passes here is shown as it was meant, and no send can fail over it.

Read are the tags of https://core.telegram.org/bots/api#html-style, &lt; &gt; &amp; &quot; and numbers. A lone ``&`` or
``>`` is a character, as it is for Telegram; a lone ``<``, any other tag, attribute or name is a problem with a place.
"""

from html import escape as _escape

from yabot.core.telegram.limits import ENTITIES, TEXT
from yabot.core.telegram.problems import MarkupError, Problem, Report
from yabot.core.telegram.richtext import Entity, RichText
from yabot.core.telegram.tree import Stretch, TreeBuilder, lay_out

__all__ = ["Entity", "MarkupError", "Problem", "RichText", "check", "escape", "parse"]


def parse(html: str, limit: int = TEXT) -> RichText:
    """Read ``html`` into text and entities. Raises MarkupError with every problem found."""
    rich, report = _read(html, limit)
    if report.problems:
        raise MarkupError(report.problems)
    return rich


def check(html: str, limit: int = TEXT) -> list[Problem]:
    """What an editor has to mend before ``html`` can be sent; empty when it can."""
    return _read(html, limit)[1].problems


def escape(text: str) -> str:
    """HTML that ``parse`` reads back as ``text``, but for the characters that ``clean_text`` takes away."""
    return _escape(text, quote=False)


def _read(html: str, limit: int) -> tuple[RichText, Report]:
    builder = TreeBuilder(html)
    layout = lay_out(builder.build(), {})
    rich = RichText(layout.literals[0], tuple(_placed(stretch) for stretch in layout.stretches)).tidy()
    if layout.units > limit:
        builder.report.add(len(html), "too_long", length=layout.units, limit=limit)
    if len(rich.entities) > ENTITIES:
        builder.report.add(len(html), "too_many_entities", count=len(rich.entities), limit=ENTITIES)
    return rich, builder.report


def _placed(stretch: Stretch) -> Entity:
    start, end = stretch.start[0], stretch.end[0]
    return stretch.entity.at(start, end - start)
