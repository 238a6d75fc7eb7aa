"""What the story knows of its readers: besitos from the economy, reactions from the foundation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yabot.core import reactions
from yabot.core.conditions import Facts
from yabot.core.ports import PortUnavailable, wallets
from yabot.core.ports.wallets import BalancesAsked

BESITOS = frozenset({"besitos"})
NOTHING: frozenset[str] = frozenset()


def besitos_now(user_ids: Iterable[int]) -> dict[int, int] | None:
    """What these readers have, to decide by; None when the economy does not answer, or only from memory."""
    try:
        return wallets.balances.know(BalancesAsked(tuple(user_ids))).by_user
    except PortUnavailable:
        return None


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader may be shown. ``old_since``: the besitos are from then, because nobody knows them now."""

    facts: Facts
    old_since: datetime | None = None


def of_reader(user_id: int) -> Known:
    """Everything about one reader, the last known besitos if need be. Two statements."""
    count = reactions.given_by([user_id]).get(user_id, 0)
    try:
        answer = wallets.balances.ask(BalancesAsked((user_id,)))
    except PortUnavailable:
        return Known(Facts(reactions=count, unknown=BESITOS))
    known = Facts(answer.value.by_user.get(user_id, 0), count)
    return Known(known, answer.asked_at if answer.stale else None)
