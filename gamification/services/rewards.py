"""Besitos for reactions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from gamification.models import Reason, Transfer
from gamification.services import rules, wallets
from gamification.services.rules import Rule
from gamification.services.wallets import Credit
from yabot.core import clock
from yabot.core.reactions import ReactionDetected, same_emoji
from yabot.core.transactions import atomic

REACTION = Reason.REACTION.value
_MILLISECOND = 80


@atomic
def reward_reactions(events: Sequence[ReactionDetected]) -> int:
    """Pay for these reactions, once per message and reader whatever the emoji; how many were paid.

    The rule is that of the chat, else the general one where the bot is administrator. A rule's daily cap counts the
    community's day (``TIME_ZONE``) at the time of paying; what does not fit under it whole is not paid.
    """
    known = rules.knowing({(event.chat_id, same_emoji(event.emoji)) for event in events})
    matched = [
        (rule, _credit(event, rule))
        for event in events
        if event.user_id is not None and (rule := known.find(event.chat_id, same_emoji(event.emoji)))
    ]
    if any(rule.daily_cap is not None for rule, _ in matched):
        return wallets.add_many(_within_caps(matched))
    return wallets.add_many(credit for _, credit in matched)


def _credit(event: ReactionDetected, rule: Rule) -> Credit:
    user_id = event.user_id or 0
    reference = reference_of(event.chat_id, event.message_id, user_id)
    return Credit(user_id, rule.amount, REACTION, reference, event.trace, "", rule.id)


def reference_of(chat_id: int, message_id: int, user_id: int) -> str:
    """What makes a message pay a reader once, whatever the emoji."""
    return f"reaction:{chat_id}:{message_id}:{user_id}"


def _within_caps(matched: Sequence[tuple[Rule, Credit]]) -> Iterable[Credit]:
    """Those that are new and fit under their rule's cap, counted in order."""
    paid = wallets.used([credit.reference for _, credit in matched])
    earned = _earned_today({credit.user_id for rule, credit in matched if rule.daily_cap is not None})
    for rule, credit in matched:
        total = earned[credit.user_id, rule.id] + credit.amount
        if credit.reference in paid or (rule.daily_cap is not None and total > rule.daily_cap):
            continue
        paid.add(credit.reference)
        earned[credit.user_id, rule.id] = total
        yield credit


def _earned_today(user_ids: Collection[int]) -> defaultdict[tuple[int, UUID], int]:
    """What each of these readers has earned today with each rule."""
    midnight = start_of_day(clock.now())
    sums = (
        Transfer.objects.filter(user_id__in=user_ids, id__gte=_first_id(midnight), created_at__gte=midnight)
        .filter(reason=REACTION)
        .order_by()
        .values_list("user_id", "origin_id")
        .annotate(Sum("amount"))
    )
    return defaultdict(int, {(user_id, rule_id): total for user_id, rule_id, total in sums})


def start_of_day(moment: datetime) -> datetime:
    """The first moment of the community's day."""
    zone = timezone.get_default_timezone()
    return datetime.combine(moment.astimezone(zone).date(), time.min, tzinfo=zone)


def _first_id(moment: datetime) -> UUID:
    """No row made since ``moment`` has a smaller id: the index finds the day without reading the past."""
    return UUID(int=int(moment.timestamp() * 1000) << _MILLISECOND)
