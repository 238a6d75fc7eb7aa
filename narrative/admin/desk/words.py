"""What the desk says about a fragment: names to choose from, where it is used, what changed and who did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from narrative.admin.desk.differences import FieldChange, differences
from narrative.admin.protection import Place, desk_of
from narrative.models import Fragment, FragmentVersion, Hint, LucienTemplate, Reference, Story
from narrative.services import drafts, releases
from narrative.story import content
from narrative.story.content import BACK
from narrative.story.reading import StoryError
from narrative.story.uses import uses

SHOWN = 50


def names(told: content.Story) -> dict[str, list[list[str]]]:
    """What can be named in rows: for each kind, keys with their titles. Three statements."""
    outside = Reference.objects.filter(kind__in=("item", "mission", "achievement")).values_list("kind", "key")
    found: dict[str, list[list[str]]] = {
        "fragment": [[part.key, part.title.in_(told.language)] for part in told.fragments],
        "hint": _pairs(Hint.objects.values_list("key", "title_es")),
        "letter": _pairs(LucienTemplate.objects.values_list("key", "name")),
        "flag": [[one.key, one.note] for one in told.declared if one.kind == "flag"],
        "counter": [[one.key, one.note] for one in told.declared if one.kind == "counter"],
    }
    for kind, key in sorted(set(outside)):
        found.setdefault(kind, []).append([key, ""])
    return found


def _pairs(rows: Iterable[Any]) -> list[list[str]]:
    return [[key, title] for key, title in rows]


def missing_targets(told: content.Story, fragment: content.Fragment) -> list[str]:
    """The fragments that this one leads to and nobody has written yet."""
    targets = {choice.target for choice in fragment.choices} | {fragment.fallback}
    return sorted(targets - {"", BACK, fragment.key} - set(told.by_key))


def leading_to(told: content.Story, story: Story, key: str) -> list[Place]:
    """The fragments that name this one, with the ways to their desks. One statement."""
    keys = [part.key for part in told.fragments if any(use.kind == "fragment" and use.key == key for use in uses(part))]
    return [desk_of(row) for row in Fragment.objects.filter(story=story, key__in=keys)]


def readers(row: Fragment) -> int:
    """How many readers stand on it, in any release."""
    return releases.readers_of(row.story).filter(fragment=row.key).count()


def changes(work: Any, desk: Any) -> list[FieldChange]:
    """What somebody else saved, beside what this editor typed."""
    files = dict(work.story.media.values_list("path", "kind"))
    theirs, _version = drafts.fragment(work.story.pk, work.row.key) if work.row else (work.fragment, 0)
    return differences(theirs, desk.fragment(theirs.key, files), titles(work.story))


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change of a fragment."""

    pk: str
    version: int
    author: str
    at: datetime
    changed: list[FieldChange]
    can_return: bool


def history(row: Fragment) -> list[PastChange]:
    """What was done to a fragment, the newest first."""
    versions = drafts.history(row.story, row.key, SHOWN + 1)
    past, named = [], titles(row.story)
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        changed = differences(_stored(older), _stored(newer), named) if newer.content else []
        can_return = bool(newer.content) and newer.version != row.version
        past.append(PastChange(str(newer.pk), newer.version, newer.author, newer.at, changed, can_return))
    return past[:SHOWN]


def _stored(version: FragmentVersion | None) -> content.Fragment | None:
    """What a fragment was then; None before its beginning, and for what nobody can read any more."""
    try:
        return drafts.remembered(version) if version and version.content else None
    except StoryError:
        return None


def titles(story: Story) -> dict[str, str]:
    """How the draft's fragments are called. One statement."""
    return dict(Fragment.objects.filter(story=story).values_list("key", "title"))
