"""Tags of fragments: the rows by which a tag finds its fragments."""

from collections.abc import Sequence
from uuid import UUID

from narrative.models import Fragment, FragmentTag

BATCH = 500


def note(fragments: Sequence[Fragment]) -> None:
    """Write what these drafts are tagged with, in the transaction that wrote them. Two statements for each 500."""
    forget(fragments)
    FragmentTag.objects.bulk_create(
        [FragmentTag(fragment=row, tag=tag) for row in fragments for tag in dict.fromkeys(row.tags)], BATCH
    )


def forget(fragments: Sequence[Fragment]) -> None:
    """Nothing finds these any more: they are about to go."""
    FragmentTag.objects.filter(fragment__in=[row.pk for row in fragments]).delete()


def used(story: UUID | None = None) -> list[str]:
    """Every tag of all stories, or of the one with this id, by name."""
    rows = FragmentTag.objects.all()
    if story:
        rows = rows.filter(fragment__story=story)
    return list(rows.order_by("tag").values_list("tag", flat=True).distinct())
