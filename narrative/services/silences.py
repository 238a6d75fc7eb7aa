"""Readers who have not gone on with their story for days: noted once for each silence, when it is long enough."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max

from narrative.models import LucienRule, Occasion, ReaderProgress
from narrative.services import library, rules
from narrative.services.about import About
from narrative.services.happenings import Happening
from yabot.core import clock, correlation
from yabot.core.transactions import atomic

CHUNK = 500


def note_due() -> int:
    """Note the silences that have become long enough for a habit; how many letters wait for it.

    A habit looks at what becomes long enough while it is there: whoever has been away for long is left in peace.
    """
    silent = LucienRule.objects.filter(occasion=Occasion.SILENT)
    silent.filter(is_active=False).exclude(looked_until=None).update(looked_until=None)
    found = list(silent.filter(is_active=True).values_list("pk", flat=True))
    return sum(_note(pk) for pk in found)


def _note(pk: UUID) -> int:
    count = 0
    while True:
        noted, is_last = _note_next(pk)
        count += noted
        if is_last:
            return count


@atomic
def _note_next(pk: UUID) -> tuple[int, bool]:
    """The next silences of one habit, by when they began: how many letters, and whether these were the last."""
    rule = LucienRule.objects.select_related("story", "template").filter(pk=pk, is_active=True).first()
    if rule is None:
        return 0, True
    horizon = clock.now() - timedelta(days=rule.amount or 1)
    since = rule.looked_until or horizon
    begun = ReaderProgress.objects.filter(moved_at__gt=since, moved_at__lte=horizon)
    last = begun.order_by("moved_at").values_list("moved_at", flat=True)[CHUNK - 1 : CHUNK].first()
    until = max(since, last or horizon)
    if not LucienRule.objects.filter(pk=pk, looked_until=rule.looked_until).update(looked_until=until):
        return 0, True  # another process looks
    silent = _silent(list(begun.filter(moved_at__lte=until).select_related("story")), anywhere=rule.story is None)
    noted = rules.note_for(rule, [_happening(row) for row in silent])
    return noted, last is None


def _silent(rows: Sequence[ReaderProgress], *, anywhere: bool) -> list[ReaderProgress]:
    """Those who have something left to read and, where that counts, have gone on in no other story since."""
    latest: dict[int, datetime] = {}
    if anywhere and rows:
        theirs = ReaderProgress.objects.filter(user_id__in={row.user_id for row in rows})
        latest = dict(theirs.values_list("user_id").annotate(Max("moved_at")).order_by())
    return [row for row in rows if latest.get(row.user_id, row.moved_at) <= row.moved_at and not _is_at_an_end(row)]


def _is_at_an_end(row: ReaderProgress) -> bool:
    fragment = library.told_in(row.release_id).by_key.get(row.fragment)
    return fragment is not None and fragment.ending is not None


def _happening(row: ReaderProgress) -> Happening:
    about = About(story=row.story.key, fragment=row.fragment, step=row.step)
    silence = f"{row.pk.hex}:{row.step}"
    return Happening(Occasion.SILENT, row.user_id, silence, correlation.current(), row.fragment, about)
