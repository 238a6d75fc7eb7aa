"""Subscriptions: which of them are in force."""

from collections.abc import Iterable

from django.db.models import Q

from channeladmin.events import MembershipBegun
from channeladmin.models import Subscription, VipInvitation
from yabot.core import clock
from yabot.core.events import publish
from yabot.core.transactions import atomic

CHUNK = 200


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


def invitation() -> VipInvitation | None:
    """How somebody becomes VIP; None while nobody has said."""
    return VipInvitation.objects.first()


def announce_due() -> int:
    """Announce the memberships that have begun, each once; how many."""
    waiting = Subscription.objects.filter(announced_at=None, starts_at__lte=clock.now()).order_by("starts_at")
    return sum(_announce(row) for row in waiting[:CHUNK])


@atomic
def _announce(row: Subscription) -> bool:
    """One of them, unless another process has, it was over before anybody looked, or the reader was VIP already."""
    now = clock.now()
    if not Subscription.objects.filter(pk=row.pk, announced_at=None).update(announced_at=now):
        return False
    before = Subscription.objects.filter(user_id=row.user_id, starts_at__lte=row.starts_at).exclude(pk=row.pk)
    was_vip = before.filter(Q(ends_at=None) | Q(ends_at__gte=row.starts_at)).exists()
    if was_vip or (row.ends_at and row.ends_at <= now):
        return False
    publish([MembershipBegun(user_id=row.user_id, plan=row.plan, subscription_id=row.pk)])
    return True
