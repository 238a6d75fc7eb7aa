"""What lists show of the linter: how much is to be mended in each draft, looked at again when the draft has changed."""

import zlib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Max, Sum

from narrative.linting import Level, Lint, lint
from narrative.models import Declaration, DraftCheck, Fragment, Story
from narrative.services import checking, drafts
from narrative.story.reading import StoryError
from yabot.core import clock

KEPT = timedelta(hours=1)  # hints, letters and files may have gone since
MOST_AT_ONCE = 5  # drafts that one page of a list has looked at again; the next page goes on


def of(stories: Iterable[Story]) -> dict[UUID, DraftCheck]:
    """What was found in these drafts. Three statements, and a lint for each draft that has changed since its last one;
    a draft that cannot be read, or has to wait for another page, is left out."""
    by_id = {story.pk: story for story in stories}
    kept = DraftCheck.objects.in_bulk(by_id)
    marks = _marks(by_id)
    since = clock.now() - KEPT
    fresh = {pk: row for pk, row in kept.items() if row.mark == marks[pk] and row.at >= since}
    for pk in [pk for pk in by_id if pk not in fresh][:MOST_AT_ONCE]:
        found = _look(by_id[pk], marks[pk])
        if found:
            fresh[pk] = found
    return fresh


def _marks(stories: dict[UUID, Story]) -> dict[UUID, str]:
    """What is another text whenever a draft is another. Two statements."""
    fragments = Fragment.objects.filter(story__in=stories).values_list("story").order_by()
    counted = fragments.annotate(Count("pk"), Sum("version"), Max("changed_at"))
    rows = {pk: f"{count} {versions} {changed:%Y%m%d%H%M%S%f}" for pk, count, versions, changed in counted}
    declared: dict[UUID, list[str]] = {}
    for pk, key, kind in Declaration.objects.filter(story__in=stories).values_list("story", "key", "kind"):
        declared.setdefault(pk, []).append(f"{key}:{kind}")
    return {pk: _mark(story, rows.get(pk, ""), declared.get(pk, [])) for pk, story in stories.items()}


def _mark(story: Story, rows: str, declared: list[str]) -> str:
    settings = [story.start, story.language, story.titles, story.pitches, sorted(declared)]
    return f"{rows} {zlib.crc32(repr(settings).encode()):08x}"


def _look(story: Story, mark: str) -> DraftCheck | None:
    try:
        told = drafts.told(story)
    except StoryError:
        return None
    found = lint(told, checking.world_of(story, told), plays=0)
    counts = {"errors": len(found.errors), "warnings": len(found.warnings), "fragments": _by_fragment(found)}
    row, _made = DraftCheck.objects.update_or_create(story=story, defaults={"mark": mark, "at": clock.now(), **counts})
    return row


def _by_fragment(found: Lint) -> dict[str, list[int]]:
    """Errors and warnings of each fragment that has any."""
    counts = Counter((one.fragment, one.level) for one in found.findings if one.fragment)
    keys = sorted({key for key, _level in counts})
    return {key: [counts[key, level] for level in (Level.ERROR, Level.WARNING)] for key in keys}
