"""Wallets: what readers have, earn and spend. The whole money interface of the economy.

Everything is idempotent by ``reference``: a repeated call returns what the first one did and announces nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from gamification.errors import NotCorrectable, ReferenceReused, UnknownTransfer
from gamification.events import BesitosSpent
from gamification.models import MINT_ID, SINK_ID, Account, AccountKind, Entry, Reason, Transfer
from gamification.services import credits, ledger
from gamification.services.credits import Credit, add_many, used
from gamification.services.holds import capture, hold, release, release_due
from gamification.services.ledger import Side
from yabot.core import correlation
from yabot.core.correlation import Trace
from yabot.core.events import publish
from yabot.core.transactions import atomic

__all__ = [
    "Credit",
    "HistoryLine",
    "add",
    "add_many",
    "balance_of",
    "balances",
    "capture",
    "correct",
    "history",
    "hold",
    "release",
    "release_due",
    "spend",
    "used",
]

SINK = Side(SINK_ID)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One movement of a wallet. ``amount`` is signed; ``label`` is what the story calls it, or the reason in words."""

    id: UUID
    amount: int
    reason: str
    label: str
    balance_after: int
    when: datetime
    note: str


@ledger.settled
@atomic
def add(
    *, user_id: int, amount: int, reason: str, reference: str, trace: Trace | None = None, note: str = ""
) -> Transfer:
    """Give the reader ``amount`` besitos, once per ``reference``.

    Raises InvalidAmount, or ReferenceReused when the reference stands for something else.
    """
    ledger.check_amount(amount)
    known = ledger.earlier(reference, user_id=user_id, amount=amount, place=MINT_ID)
    if known:
        return known
    (transfer_id,) = credits.post([Credit(user_id, amount, reason, reference, trace, note)])
    return Transfer.objects.get(pk=transfer_id)


@ledger.settled
@atomic
def spend(
    *, user_id: int, amount: int, reason: str, reference: str, trace: Trace | None = None, note: str = ""
) -> Transfer:
    """Take ``amount`` besitos from the reader, once per ``reference``.

    Raises NotEnoughBesitos (nothing is written then), InvalidAmount, or ReferenceReused when the reference stands for
    something else.
    """
    ledger.check_amount(amount)
    known = ledger.earlier(reference, user_id=user_id, amount=amount, place=SINK_ID)
    if known:
        return known
    cause = trace or correlation.current()
    wallet = ledger.take(AccountKind.USER, user_id, amount)
    transfer = ledger.move(user_id, amount, reason, reference, sides=(wallet, SINK), cause=cause, note=note)
    publish(
        [
            BesitosSpent(
                user_id=user_id,
                trace=cause,
                amount=amount,
                balance=cast(int, wallet.after),
                reason=str(reason),
                reference=reference,
                transfer_id=transfer.pk,
            )
        ]
    )
    return transfer


@ledger.settled
@atomic
def correct(transfer_id: UUID, by: str, note: str) -> Transfer:
    """Undo a transfer with its opposite, once. ``by`` is who decided it; both stay in the ledger, silently.

    A captured hold goes back to the wallet. Raises UnknownTransfer, NotCorrectable for a hold or its release (end the
    hold instead), NotEnoughBesitos when the reader has spent what has to be taken back, and ReferenceReused when
    something else took the correction's reference.
    """
    wrong = Transfer.objects.select_related("source", "target").filter(pk=transfer_id).first()
    if wrong is None:
        raise UnknownTransfer(transfer=transfer_id)
    reference = f"undo:{wrong.pk}"
    known = Transfer.objects.filter(reference=reference).first()
    if known:
        if not _is_opposite(known, wrong):
            raise ReferenceReused(reference=reference)
        return known
    return ledger.move(
        wrong.user_id,
        wrong.amount,
        Reason.CORRECTION,
        reference,
        sides=_back(wrong),
        cause=correlation.current(),
        note=f"{by}: {note}"[:255],
    )


def _is_opposite(known: Transfer, wrong: Transfer) -> bool:
    """Whether this undoes that: nothing but a correction gives to the mint or takes from the sink."""
    is_back = known.target_id == MINT_ID or known.source_id == SINK_ID
    return is_back and (known.user_id, known.amount) == (wrong.user_id, wrong.amount)


def _back(wrong: Transfer) -> tuple[Side, Side]:
    """The two sides of the opposite movement, their balances changed."""
    kinds = (wrong.source.kind, wrong.target.kind)
    if kinds in ((AccountKind.USER, AccountKind.HOLD), (AccountKind.HOLD, AccountKind.USER)):
        raise NotCorrectable(transfer=wrong.pk)
    if wrong.target.kind == AccountKind.USER:
        return ledger.take(AccountKind.USER, wrong.user_id, wrong.amount), Side(wrong.source_id)
    return Side(wrong.target_id), ledger.put(AccountKind.USER, wrong.user_id, wrong.amount)


def balance_of(user_id: int) -> int:
    """How many besitos the reader can spend."""
    return balances([user_id]).get(user_id, 0)


def balances(user_ids: Iterable[int]) -> dict[int, int]:
    """How many besitos each of these readers can spend; those without a wallet are absent."""
    wallets = Account.objects.filter(kind=AccountKind.USER, user_id__in=list(user_ids))
    found = wallets.values_list("user_id", "balance")
    return {user_id: balance for user_id, balance in found if user_id is not None}


def history(user_id: int, limit: int, before: UUID | None = None) -> list[HistoryLine]:
    """The reader's last movements, newest first; ``before`` is the id of the last line already seen."""
    account = Account.objects.filter(kind=AccountKind.USER, user_id=user_id).only("pk").first()
    entries = Entry.objects.filter(account=account)  # by a join, MongoDB would look at everybody's
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = entries.order_by("-id")[:limit]
    return [
        HistoryLine(key, amount, reason, _label(reason, note), after or 0, when, note)
        for key, amount, reason, after, when, note in found.values_list(
            "id", "amount", "transfer__reason", "balance_after", "created_at", "transfer__note"
        )
    ]


def _label(reason: str, note: str) -> str:
    return note if note and reason == Reason.FRAGMENT else label_of(reason)


def label_of(reason: str) -> str:
    """The reason in the active language."""
    return str(Reason(reason).label) if reason in Reason.values else reason
