"""A draft on its way to readers: whoever wrote it asks that it be published, and whoever publishes sees that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from narrative.models import Fragment, Story
from yabot.core import clock
from yabot.core.transactions import atomic


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, since when, and how many fragments have changed after that."""

    by: str
    at: datetime
    changed: int


@atomic
def ask(story_id: UUID, *, by: str) -> bool:
    """Put the draft into review; whether it was not there yet. Whoever asked first keeps their name and hour."""
    waiting = Story.objects.filter(pk=story_id, review_asked_at=None)
    return bool(waiting.update(review_asked_by=by, review_asked_at=clock.now()))


@atomic
def withdraw(story_id: UUID) -> bool:
    """Make it a draft again: it was taken back, sent back or published; whether it was in review."""
    asked = Story.objects.filter(pk=story_id, review_asked_at__isnull=False)
    return bool(asked.update(review_asked_by="", review_asked_at=None))


def asked(story: Story) -> Asked | None:
    """What the draft's review is about; None when nobody asks."""
    if story.review_asked_at is None:
        return None
    changed = Fragment.objects.filter(story=story, changed_at__gt=story.review_asked_at).count()
    return Asked(story.review_asked_by, story.review_asked_at, changed)
