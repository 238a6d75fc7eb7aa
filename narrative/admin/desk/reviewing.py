"""What the linter found, each with the way to where it is mended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from narrative.admin.desk import rights
from narrative.admin.desk.languages import spoken
from narrative.linting import Finding
from narrative.linting.findings import CODES, Walks
from narrative.models import Fragment, Story
from narrative.services import checking, drafts, reviews
from narrative.story import content

FEW, MOST_SHOWN = 3, 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding as a page shows it."""

    code: str
    level: str
    title: str
    url: str
    sentence: str


def shown(story: Story, findings: Iterable[Finding], urls: dict[str, tuple[str, str]]) -> list[Shown]:
    """Findings with titles and links."""
    language = spoken()
    return [
        Shown(one.code, one.level.value, *urls.get(one.fragment, ("", "")), one.sentence(language)) for one in findings
    ]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings with one code. ``is_folded``: there are so many that the page shows what they are about first."""

    code: str
    level: str
    sentence: str
    rows: list[Shown]
    more: int  # of them are not shown

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows) + self.more

    @property
    def is_folded(self) -> bool:
        """Whether they would push everything else off the page."""
        return self.count > FEW


def grouped(found: Iterable[Shown]) -> list[Group]:
    """Findings by their codes, in the order in which the codes come first."""
    by_code: dict[str, list[Shown]] = {}
    for one in found:
        by_code.setdefault(one.code, []).append(one)
    return [_group(code, rows) for code, rows in by_code.items()]


def _group(code: str, rows: list[Shown]) -> Group:
    said = {one.sentence for one in rows}
    _level, es, en = CODES[code]
    about = said.pop() if len(said) == 1 else (en if spoken() == "en" else es).replace("{}", "…")
    return Group(code, rows[0].level, about, rows[:MOST_SHOWN], max(0, len(rows) - MOST_SHOWN))


def doors(story: Story) -> dict[str, tuple[str, str]]:
    """The title and the desk of each fragment."""
    rows = Fragment.objects.filter(story=story).values_list("key", "title", "pk")
    return {key: (title or key, reverse("admin:narrative_fragment_change", args=[pk])) for key, title, pk in rows}


def show(request: HttpRequest, pk: Any, admin: Any) -> HttpResponse:
    """Everything there is to mend, what the seeded readers saw, and how long the story is."""
    story = rights.story_for(request, pk)
    told = drafts.told(story)
    found = checking.review(story, told)
    context = {
        "title": _("Revisar"),
        "story": story,
        "errors": grouped(shown(story, found.errors, urls := doors(story))),
        "warnings": grouped(shown(story, found.warnings, urls)),
        "counts": {"errors": len(found.errors), "warnings": len(found.warnings)},
        "walks": found.walks,
        "endings": _endings(told, found.walks) if found.walks else [],
        "asked": reviews.asked(story),
        "numbers": numbers(told),
    }
    return rights.page(request, admin, "review", context)


def _endings(told: content.Story, walks: Walks) -> list[tuple[str, int]]:
    """How many of a hundred seeded readers came to each ending, and how many to none: a hundred in all."""
    counts = {_ending(one, told.language): walks.endings.get(one.key, 0) for one in told.endings}
    lost = walks.plays - sum(counts.values())
    rows = [*counts.items(), *([(_("no llegaron a un final"), lost)] if lost else [])]
    return list(zip([name for name, _count in rows], of_a_hundred([count for _name, count in rows]), strict=True))


def _ending(part: content.Fragment, language: str) -> str:
    return (part.ending.name.in_(language) if part.ending else "") or part.title.in_(language) or part.key


def of_a_hundred(counts: list[int]) -> list[int]:
    """Shares of a hundred that add up to it: what rounding leaves goes to whoever lost most by it."""
    total = sum(counts) or 1
    shares = [100 * count // total for count in counts]
    by_rest = sorted(range(len(counts)), key=lambda place: -(100 * counts[place] % total))
    for place in by_rest[: 100 - sum(shares)] if any(counts) else []:
        shares[place] += 1
    return shares


def numbers(told: content.Story) -> list[tuple[str, str]]:
    """The story in numbers."""
    left = told.left.get(told.start)
    words = sum(len(part.text.in_(told.language).split()) for part in told.fragments)
    longest = "∞" if left is None or left[1] is None else str(left[1])
    return [
        (_("fragmentos"), str(len(told.fragments))),
        (_("opciones"), str(sum(len(part.choices) for part in told.fragments))),
        (_("finales"), str(len(told.endings))),
        (_("palabras"), str(words)),
        (_("minutos de lectura, más o menos"), str(max(1, words // 200))),
        (_("decisiones hasta el final más cercano"), str(left[0]) if left else "—"),
        (_("y hasta el más lejano"), longest),
    ]
