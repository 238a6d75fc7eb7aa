"""What the story knows of its readers: besitos from the economy, reactions from the foundation."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from narrative.models import HintUnlock
from narrative.services.catalogue import catalogue
from yabot.core import people, reactions
from yabot.core.conditions import Facts
from yabot.core.ports import PortUnavailable, achievements, inventories, memberships, missions, wallets
from yabot.core.ports.achievements import AchievementsAsked
from yabot.core.ports.inventories import ItemsAsked
from yabot.core.ports.memberships import Invitation, InvitationAsked, MembershipsAsked
from yabot.core.ports.missions import MissionsAsked
from yabot.core.ports.names import for_sentences
from yabot.core.ports.wallets import BalancesAsked

BESITOS = frozenset({"besitos"})
NOTHING: frozenset[str] = frozenset()


def besitos_now(user_ids: Iterable[int]) -> dict[int, int] | None:
    """What these readers have, to decide by; None when the economy does not answer, or only from memory."""
    try:
        return wallets.balances.know(BalancesAsked(tuple(user_ids))).by_user
    except PortUnavailable:
        return None


def for_story(user_id: int, needs: frozenset[str]) -> Facts:
    """What one screen of a story looks at, each fact in one question; who does not answer leaves it unknown."""
    known: dict[str, Any] = {"now": people.local_time(user_id)} if "now" in needs else {}
    if "reactions" in needs:
        known["reactions"] = reactions.given_by([user_id]).get(user_id, 0)
    if "hints" in needs:
        mine = HintUnlock.objects.filter(user_id=user_id)
        known["hints"] = frozenset(mine.values_list("hint__key", flat=True))
    unknown: frozenset[str] = NOTHING
    names = dict(hint_titles()) if "hints" in needs else {}
    for fact, ask in _ASKED.items():
        if fact in needs:
            try:
                known[fact], named = ask(user_id)
                names |= named
            except PortUnavailable:
                unknown |= {fact}
    return Facts(**known, unknown=unknown, names=names)


Told = tuple[Any, dict[str, str]]  # a fact, and the names of what it is about


def _besitos(user_id: int) -> Told:
    return wallets.balances.know(BalancesAsked((user_id,))).by_user.get(user_id, 0), {}


def _is_vip(user_id: int) -> Told:
    return user_id in memberships.memberships.know(MembershipsAsked((user_id,))).by_user, {}


def invitation() -> Invitation:
    """How somebody becomes VIP, as far as anybody knows now."""
    try:
        return memberships.invitation.ask(InvitationAsked()).value
    except PortUnavailable:
        return Invitation()


def _items(user_id: int) -> Told:
    told = inventories.items.know(ItemsAsked((user_id,)))
    return told.by_user.get(user_id, {}), for_sentences("item", told.names)


def _missions(user_id: int) -> Told:
    told = missions.missions.know(MissionsAsked((user_id,)))
    return told.by_user.get(user_id, {}), for_sentences("mission", told.names)


def _achievements(user_id: int) -> Told:
    told = achievements.achievements.know(AchievementsAsked((user_id,)))
    return frozenset(told.by_user.get(user_id, ())), for_sentences("achievement", told.names)


_ASKED: dict[str, Callable[[int], Told]] = {
    "besitos": _besitos,
    "items": _items,
    "vip": _is_vip,
    "missions": _missions,
    "achievements": _achievements,
}


def hint_titles() -> Mapping[str, str]:
    """For sentences about what is missing. Answered from memory."""
    return catalogue().titles


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
