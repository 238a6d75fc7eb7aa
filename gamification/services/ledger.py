"""The books: balances change by one conditional update, and every movement is written twice."""

import functools
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F

from gamification.errors import InvalidAmount, NotEnoughBesitos, ReferenceReused
from gamification.models import Account, AccountKind, Entry, Transfer
from yabot.core import clock, rows
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.transactions import is_inside

P = ParamSpec("P")
R = TypeVar("R")

HIGHEST_AMOUNT = 10**12

TRANSFER = (
    "id",
    "reference",
    "reason",
    "amount",
    "source",
    "target",
    "user_id",
    "origin_id",
    "note",
    "correlation_id",
    "causation_id",
    "created_at",
)
ENTRY = ("id", "transfer", "account", "amount", "balance_after", "created_at")


class Side(NamedTuple):
    """An account and what is in it after the movement (None where no balance is kept)."""

    account_id: UUID
    after: int | None = None


class Posting(NamedTuple):
    """One movement, its balances known. ``id`` becomes the transfer's."""

    id: UUID
    user_id: int
    amount: int
    reason: str
    reference: str
    source: Side
    target: Side
    cause: Trace
    note: str = ""
    origin_id: UUID | None = None


def write(postings: Iterable[Posting]) -> datetime:
    """Write the transfers with their entries; the moment they bear. Two statements for any list."""
    now = clock.now()
    transfers, entries = [], []
    for key, user_id, amount, reason, reference, source, target, cause, note, origin_id in postings:
        source_id, source_after = source
        target_id, target_after = target
        chain = (cause.correlation_id, cause.event_id)
        transfers.append((key, reference, reason, amount, source_id, target_id, user_id, origin_id, note, *chain, now))
        entries.append((uuid7(), key, source_id, -amount, source_after, now))
        entries.append((uuid7(), key, target_id, amount, target_after, now))
    rows.insert(Transfer, TRANSFER, transfers)
    rows.insert(Entry, ENTRY, entries)
    return now


def move(
    user_id: int, amount: int, reason: str, reference: str, *, sides: tuple[Side, Side], cause: Trace, note: str = ""
) -> Transfer:
    """Write one movement whose balances are changed already, and return it as it was written."""
    made = Posting(uuid7(), user_id, amount, str(reason), reference, *sides, cause, note)
    written_at = write([made])
    transfer = Transfer(
        id=made.id,
        reference=reference,
        reason=made.reason,
        amount=amount,
        source_id=made.source.account_id,
        target_id=made.target.account_id,
        user_id=user_id,
        note=note,
        correlation_id=cause.correlation_id,
        causation_id=cause.event_id,
        created_at=written_at,
    )
    transfer._state.adding = False
    return transfer


def check_amount(amount: int) -> None:
    """Raises InvalidAmount unless it is a whole number above zero."""
    if type(amount) is not int or not 0 < amount <= HIGHEST_AMOUNT:
        raise InvalidAmount(amount=amount)


def put(kind: AccountKind, user_id: int, amount: int) -> Side:
    """Put besitos into an account, made when there is none."""
    mine = Account.objects.filter(kind=kind, user_id=user_id)
    if not mine.update(balance=F("balance") + amount):
        return Side(Account.objects.create(kind=kind, user_id=user_id, balance=amount).pk, amount)
    return Side(*mine.values_list("pk", "balance").get())


def take(kind: AccountKind, user_id: int, amount: int) -> Side:
    """Take besitos out of an account. Raises NotEnoughBesitos, and nothing is changed then."""
    mine = {"kind": str(kind), "user_id": user_id}
    left = rows.count_down(Account, mine, column="balance", by=amount, returning=("id", "balance"))
    if left is None:
        there = Account.objects.filter(kind=kind, user_id=user_id)
        raise NotEnoughBesitos(missing=amount - sum(there.values_list("balance", flat=True)))
    return Side(*left)


def earlier(reference: str, *, user_id: int, amount: int, place: UUID) -> Transfer | None:
    """The transfer this reference already stands for.

    Raises ReferenceReused when it has another reader or amount, or does not touch ``place`` (the mint for what is
    earned, the sink for what is spent).
    """
    found = Transfer.objects.filter(reference=reference).first()
    if found is None:
        return None
    if (found.user_id, found.amount) != (user_id, amount) or place not in (found.source_id, found.target_id):
        raise ReferenceReused(reference=reference)
    return found


def settled(function: Callable[P, R]) -> Callable[P, R]:
    """Let an atomic, idempotent service find what a parallel call of the same reference has just written.

    A unique index decides who was first, or the balance that the first one took: the other one is run again and then
    finds the first, or is refused for good. Not where it is part of a larger transaction.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (IntegrityError, NotEnoughBesitos):
            if is_inside():
                raise
            return function(*args, **kwargs)

    return run
