"""Changing a draft, a fragment at a time: what was there is remembered, and nobody overwrites what they did not see."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max

from narrative.errors import FragmentChanged, FragmentInUse, KeyTaken
from narrative.models import Choice, Fragment, FragmentText, FragmentVersion, Reference, Story
from narrative.services import tags
from narrative.services.drafts import rows
from narrative.services.drafts.reading import fragment, read_fragment, uses
from narrative.story import content
from narrative.story.uses import renamed
from yabot.core.transactions import atomic


@dataclass(frozen=True, slots=True)
class Edit:
    """Who changes a fragment, what they had before them, and the languages in which they have looked at all of it: what
    is said there is of the original as it is now. Of the others that is so for the texts that were changed."""

    by: str = ""
    version: int | None = None  # None: it must not exist yet
    translated: frozenset[str] = frozenset()


@atomic
def write(story: Story, given: content.Fragment, edit: Edit) -> Fragment:
    """Put a fragment into the draft, whole. Raises FragmentChanged when somebody else was quicker, KeyTaken, StoryError
    for what could not be read again."""
    read_fragment(given.to_json())
    row = Fragment.objects.filter(story=story, key=given.key).first()
    if (row.version if row else None) != edit.version:
        raise FragmentChanged(row.changed_by if row else "")
    _refuse_taken(story, given)
    sources = _sources(row)
    if row is None:
        last = Fragment.objects.filter(story=story).aggregate(last=Max("order"))["last"]
        row = Fragment(story=story, key=given.key, order=0 if last is None else last + 1)
    rows.fill(row, story, given, edit.by)
    _save(row, edit)
    FragmentText.objects.filter(fragment=row).delete()
    FragmentText.objects.bulk_create(rows.texts(row, story, given, sources, edit.translated))
    Choice.objects.filter(fragment=row).delete()
    Choice.objects.bulk_create(rows.choices(row, story, given))
    tags.note([row])
    Reference.objects.filter(story=story, fragment=given.key).delete()
    Reference.objects.bulk_create(rows.references(story, given))
    _remember(story, given.key, row.version, rows.dumped(given), edit.by)
    return row


def _refuse_taken(story: Story, given: content.Fragment) -> None:
    keys = [choice.key for choice in given.choices]
    others = Choice.objects.filter(story=story, key__in=keys).exclude(fragment__key=given.key)
    taken = others.values_list("key", flat=True).first()
    if taken:
        raise KeyTaken(taken)


def _sources(row: Fragment | None) -> dict[str, Mapping[str, str]]:
    if row is None:
        return {}
    return dict(FragmentText.objects.filter(fragment=row).values_list("language", "sources"))


_WRITTEN = (
    "title",
    "is_ending",
    "vip_required",
    "checkpoint",
    "can_undo",
    "fallback",
    "condition",
    "effects",
    "variants",
    "tags",
    "media",
    "x",
    "y",
    "note",
    "changed_by",
    "changed_at",
    "version",
)


def _save(row: Fragment, edit: Edit) -> None:
    """Insert, or update the version that the editor had before them. Raises FragmentChanged."""
    was, row.version = row.version, _next_version(row)
    if edit.version is None:
        row.save(force_insert=True)
        return
    changes = {name: getattr(row, name) for name in _WRITTEN}
    if not Fragment.objects.filter(pk=row.pk, version=was).update(**changes):
        raise FragmentChanged("")


def _next_version(row: Fragment) -> int:
    if not row._state.adding:
        return row.version + 1
    past = FragmentVersion.objects.filter(story=row.story_id, fragment=row.key)
    return (past.aggregate(last=Max("version"))["last"] or 0) + 1


def _remember(story: Story, key: str, version: int, stored: str, by: str) -> None:
    FragmentVersion.objects.create(story=story, fragment=key, version=version, content=stored, author=by)


@atomic
def remove(story: Story, key: str, *, by: str = "") -> None:
    """Take a fragment out of the draft. Readers who stand on it keep it: their release has it.

    Raises FragmentInUse while others lead to it, Fragment.DoesNotExist.
    """
    row = Fragment.objects.get(story=story, key=key)
    users = [used for used in uses("fragment", key, story=story) if used.fragment != key]
    if users or story.start == key:
        raise FragmentInUse(tuple(used.fragment for used in users), is_start=story.start == key)
    Choice.objects.filter(fragment=row).delete()
    FragmentText.objects.filter(fragment=row).delete()
    tags.forget([row])
    Reference.objects.filter(story=story, fragment=key).delete()
    row.delete()
    _remember(story, key, row.version + 1, "", by)


@atomic
def rename(story: Story, key: str, new: str, *, by: str = "") -> Fragment:
    """Give a fragment another key, everywhere in the draft. Raises KeyTaken, Fragment.DoesNotExist."""
    if Fragment.objects.filter(story=story, key=new).exists():
        raise KeyTaken(new)
    row = Fragment.objects.get(story=story, key=key)
    past = FragmentVersion.objects.filter(story=story, fragment=new).aggregate(last=Max("version"))["last"] or 0
    users = {used.fragment for used in uses("fragment", key, story=story)} - {key}
    _remember(story, key, row.version + 1, "", by)
    Fragment.objects.filter(pk=row.pk).update(key=new, version=max(row.version, past))
    Reference.objects.filter(story=story, fragment=key).update(fragment=new)
    for user in (new, *sorted(users)):
        part, version = fragment(story.pk, user)
        write(story, renamed(part, key, new), Edit(by=by, version=version))
    if story.start == key:
        story.start = new
        story.save(update_fields=["start"])
    return Fragment.objects.get(pk=row.pk)
