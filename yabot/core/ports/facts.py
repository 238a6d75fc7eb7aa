"""Which module tells which fact of a reader, for conditions: what nobody tells, no condition can hang on."""

from collections.abc import Iterable
from typing import Any

from yabot.core import modules
from yabot.core.ports import achievements, inventories, memberships, missions, wallets
from yabot.core.ports.operations import Question

TOLD_BY: dict[str, Question[Any, Any]] = {
    "besitos": wallets.balances,
    "items": inventories.items,
    "vip": memberships.memberships,
    "missions": missions.missions,
    "achievements": achievements.achievements,
}


def untold(needs: Iterable[str]) -> frozenset[str]:
    """Those of these facts that nobody tells: the module that would runs here and does not provide it."""
    return frozenset(fact for fact in needs if fact in TOLD_BY and not _may_be_told(TOLD_BY[fact]))


def _may_be_told(question: Question[Any, Any]) -> bool:
    elsewhere = modules.address_of(question.module) or not modules.runs(question.module)
    return bool(elsewhere) or question.is_provided
