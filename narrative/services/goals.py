"""Community goals: anonymous hearts add up, and a hint opens for everyone."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, Sum

from narrative.events import GoalReached
from narrative.models import CommunityGoal
from narrative.services import hints
from yabot.core import clock
from yabot.core.correlation import Trace
from yabot.core.events import publish
from yabot.core.models import ReactionTotal
from yabot.core.reactions import ReactionsCounted, same_emoji
from yabot.core.transactions import atomic


@atomic
def count(events: Iterable[ReactionsCounted]) -> list[UUID]:
    """Add up the goals these totals belong to; those that were reached now. Each is reached once."""
    heard = {(event.chat_id, same_emoji(event.emoji)): event for event in events}
    chats = {chat for chat, _ in heard}
    waiting = CommunityGoal.objects.filter(is_active=True, reached_at=None).filter(
        Q(chat_id=None) | Q(chat_id__in=chats)
    )
    reached = []
    for goal in waiting:
        trace = next((event.trace for (chat, emoji), event in heard.items() if _belongs(goal, chat, emoji)), None)
        if trace is not None and _reach(goal, trace):
            reached.append(goal.pk)
    return reached


def _belongs(goal: CommunityGoal, chat_id: int, emoji: str) -> bool:
    return goal.chat_id in (None, chat_id) and same_emoji(goal.emoji) == emoji


def _reach(goal: CommunityGoal, trace: Trace) -> bool:
    """Note the new total; whether it reached the goal, for the first time."""
    total = total_of(goal)
    CommunityGoal.objects.filter(pk=goal.pk).update(total=total)
    if total < goal.target:
        return False
    if not CommunityGoal.objects.filter(pk=goal.pk, reached_at=None).update(reached_at=clock.now()):
        return False
    (cause,) = publish([GoalReached(goal_id=goal.pk, hint_id=goal.hint_id, total=total, trace=trace)])
    hints.open_for_all(hint_id=goal.hint_id, trace=cause)
    return True


def total_of(goal: CommunityGoal) -> int:
    """The anonymous reactions that count for a goal."""
    totals = ReactionTotal.objects.filter(emoji=same_emoji(goal.emoji))
    if goal.chat_id is not None:
        totals = totals.filter(chat_id=goal.chat_id)
    return int(totals.aggregate(sum=Sum("total"))["sum"] or 0)
