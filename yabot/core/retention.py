"""What is kept for how long."""

from datetime import timedelta

from yabot.core import clock
from yabot.core.models import CallState, IdempotentAnswer, InboundUpdate, UpdateState, WebhookDelivery
from yabot.core.transactions import atomic

RAW_UPDATES = timedelta(days=30)
CALLS = timedelta(days=30)
ANSWERS = timedelta(hours=24)
_STEP = 5_000


@atomic
def forget_old_updates() -> int:
    """Delete finished raw updates that are older than 30 days, a bounded number at a time; how many."""
    old = InboundUpdate.objects.filter(received_at__lt=clock.now() - RAW_UPDATES).exclude(state=UpdateState.WAITING)
    return InboundUpdate.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_STEP])).delete()[0]


@atomic
def forget_old_calls() -> int:
    """Delete calls to webhooks that ended more than 30 days ago, a bounded number at a time; how many."""
    old = WebhookDelivery.objects.filter(finished_at__lt=clock.now() - CALLS).exclude(state=CallState.WAITING)
    return WebhookDelivery.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_STEP])).delete()[0]


@atomic
def forget_old_answers() -> int:
    """Delete what writes with an Idempotency-Key were answered a day ago, a bounded number at a time; how many."""
    old = IdempotentAnswer.objects.filter(created_at__lt=clock.now() - ANSWERS)
    return IdempotentAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_STEP])).delete()[0]
