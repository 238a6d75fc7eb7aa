"""Subscriptions: which of them are in force."""

from collections.abc import Iterable

from django.db.models import Q

from channeladmin.models import Subscription
from yabot.core import clock


def in_force(user_ids: Iterable[int]) -> dict[int, Subscription]:
    """The subscription of each of these readers that lasts longest, of those in force now. One statement."""
    now = clock.now()
    rows = Subscription.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), user_id__in=list(user_ids), starts_at__lte=now
    )
    found: dict[int, Subscription] = {}
    for row in rows:
        best = found.get(row.user_id)
        if best is None or (best.ends_at is not None and (row.ends_at is None or row.ends_at > best.ends_at)):
            found[row.user_id] = row
    return found
