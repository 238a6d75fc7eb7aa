"""Credits: besitos for many readers at once, the hot path of the economy."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from gamification.errors import ReferenceReused
from gamification.events import BesitosAdded
from gamification.models import MINT_ID, Account, AccountKind, Transfer
from gamification.services import ledger
from gamification.services.ledger import Posting, Side
from yabot.core import clock, correlation, rows
from yabot.core.correlation import Trace
from yabot.core.events import publish
from yabot.core.ids import uuid7
from yabot.core.transactions import atomic

ACCOUNT = ("id", "kind", "user_id", "balance", "created_at")
MINT = Side(MINT_ID)
USER = AccountKind.USER.value


@dataclass(frozen=True, slots=True)
class Credit:
    """Besitos to add. ``origin_id`` is what ordered them, where one thing orders many (the reward's rule)."""

    user_id: int
    amount: int
    reason: str
    reference: str
    trace: Trace | None = None
    note: str = ""
    origin_id: UUID | None = None


_FACTS = attrgetter("user_id", "amount", "reason", "reference", "trace", "note", "origin_id")


@atomic
def add_many(credits: Iterable[Credit]) -> int:
    """Give besitos to many readers; how many credits were new.

    A credit whose reference is known is left out, whatever its amount (a reward's rule may have changed since).
    Raises ReferenceReused when the reference is another reader's or a payment's, InvalidAmount; nothing is written
    then. Seven statements for any list, one more when somebody had no wallet yet.
    """
    new = _new(credits)
    post(new)
    return len(new)


def used(references: Sequence[str]) -> set[str]:
    """Those of ``references`` that already stand for a movement."""
    return set(Transfer.objects.filter(reference__in=references).values_list("reference", flat=True))


def _known(references: Collection[str]) -> list[tuple[str, int, UUID]]:
    """Those references that stand for a movement, whose, and out of which account."""
    return rows.select(Transfer, ("reference", "user_id", "source"), {"reference": tuple(references)})


def _new(credits: Iterable[Credit]) -> list[Credit]:
    """The credits nobody has made yet, each reference once."""
    wanted: dict[str, Credit] = {}
    for credit in credits:
        ledger.check_amount(credit.amount)
        wanted.setdefault(credit.reference, credit)
    if not wanted:
        return []
    for reference, user_id, source_id in _known(wanted):
        if wanted.pop(reference).user_id != user_id or source_id != MINT_ID:
            raise ReferenceReused(reference=reference)
    return list(wanted.values())


def post(credits: Sequence[Credit]) -> list[UUID]:
    """Make credits that are known to be new: balances, books, announcement. The transfers' ids.

    Joins the caller's transaction.
    """
    if not credits:
        return []
    chain = correlation.current()
    wallets = _raise_balances(credits)
    postings: list[Posting] = []
    events: list[BesitosAdded] = []
    for user_id, amount, reason, reference, trace, note, origin_id in map(_FACTS, credits):
        account_id, before = wallets[user_id]
        after = before + amount
        wallets[user_id] = (account_id, after)
        transfer_id, cause = uuid7(), trace or chain
        side = Side(account_id, after)
        postings.append(
            Posting(transfer_id, user_id, amount, str(reason), reference, MINT, side, cause, note, origin_id)
        )
        events.append(
            BesitosAdded(
                user_id=user_id,
                trace=cause,
                amount=amount,
                balance=after,
                reason=str(reason),
                reference=reference,
                transfer_id=transfer_id,
            )
        )
    ledger.write(postings)
    publish(events)
    return [posting.id for posting in postings]


def _raise_balances(credits: Sequence[Credit]) -> dict[int, tuple[UUID, int]]:
    """Add the credits to their wallets; each wallet's id and what was in it before."""
    sums: dict[int, int] = {}
    for credit in credits:
        sums[credit.user_id] = sums.get(credit.user_id, 0) + credit.amount
    now = clock.now()
    raised = rows.count_up(
        Account,
        ACCOUNT,
        [(uuid7(), USER, user_id, amount, now) for user_id, amount in sorted(sums.items())],
        key=("user_id", "kind"),
        column="balance",
        returning=("user_id", "balance", "id"),
    )
    return {user_id: (_uuid(account_id), balance - sums[user_id]) for user_id, balance, account_id in raised}


def _uuid(value: UUID | str) -> UUID:
    """SQLite gives back text."""
    return value if isinstance(value, UUID) else UUID(value)
