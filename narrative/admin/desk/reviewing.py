"""What the linter found, each with the way to where it is mended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from narrative.admin.desk import rights
from narrative.admin.desk.forms import spoken
from narrative.linting import Finding, Lint
from narrative.linting.reach import distances
from narrative.models import Fragment, Story
from narrative.services import checking, drafts
from narrative.story import content


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
        "errors": shown(story, found.errors, urls := doors(story)),
        "warnings": shown(story, found.warnings, urls),
        "walks": found.walks,
        "endings": _endings(told, found),
        "numbers": numbers(told),
    }
    return rights.page(request, admin, "review", context)


def _endings(told: content.Story, found: Lint) -> list[tuple[str, int]]:
    """How many of the seeded readers came to each ending, in a hundred."""
    walks = found.walks
    if walks is None or not walks.plays:
        return []
    return [
        (
            (one.ending.name.in_(told.language) if one.ending else "") or one.title.in_(told.language) or one.key,
            100 * walks.endings.get(one.key, 0) // walks.plays,
        )
        for one in told.endings
    ]


def numbers(told: content.Story) -> list[tuple[str, str]]:
    """The story in numbers."""
    left = distances(told).get(told.start)
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
