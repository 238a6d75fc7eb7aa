"""What is kept for how long."""

from datetime import timedelta

from yabot.core import clock
from yabot.core.models import InboundUpdate, UpdateState
from yabot.core.transactions import atomic

RAW_UPDATES = timedelta(days=30)
_STEP = 5_000


@atomic
def forget_old_updates() -> int:
    """Delete finished raw updates that are older than 30 days, a bounded number at a time; how many."""
    old = InboundUpdate.objects.filter(received_at__lt=clock.now() - RAW_UPDATES).exclude(state=UpdateState.WAITING)
    return InboundUpdate.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_STEP])).delete()[0]
