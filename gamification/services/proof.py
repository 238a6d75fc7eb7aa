"""The proof that the ledger is right: every besito came from somewhere and is where the balances say."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce, Lag

from gamification.models import Account, AccountKind, Entry, Hold, HoldState, Transfer
from gamification.services.snapshot import in_one_snapshot
from yabot.core import health
from yabot.core.health import Beat

log = logging.getLogger(__name__)

SHOWN = 100
KEPT = (AccountKind.USER, AccountKind.HOLD)
NOTHING_TOLD = -1


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found. ``wrong`` names up to a hundred places of each kind of fault, and is empty when ``ok``."""

    ok: bool
    accounts: int
    entries: int
    sum: int
    wrong: list[dict[str, str]]


@in_one_snapshot
def prove() -> Proof:
    """Check the whole ledger as it is at one moment. Writes nothing; a few statements for any size."""
    totals = Entry.objects.order_by().aggregate(entries=Count("pk"), sum=Coalesce(Sum("amount"), 0))
    wrong = [fault for check in CHECKS for fault in check()]
    if totals["sum"]:
        wrong.append({"account": "*", "problem": f"all entries sum to {totals['sum']}, not to 0"})
    return Proof(not wrong, Account.objects.count(), totals["entries"], totals["sum"], wrong)


def prove_and_tell() -> None:
    """Prove the ledger and say so on the health page; what is wrong is an ERROR in the log."""
    proof = prove()
    detail = sentence(proof)
    health.note([Beat(health.LEDGER, proof.ok, detail)])
    if not proof.ok:
        log.error("the ledger is wrong: %s %s", detail, proof.wrong[:10])


def sentence(proof: Proof) -> str:
    """The result in one line."""
    size = f"{proof.accounts} accounts, {proof.entries} entries"
    if proof.ok:
        return f"The ledger is right: {size}, sum 0."
    return f"The ledger is WRONG in {len(proof.wrong)} places: {size}, sum {proof.sum}."


def _faults(kind: str, rows: Iterable[tuple[Any, ...]], problem: str) -> Iterator[dict[str, str]]:
    for key, *facts in rows:
        yield {kind: str(key), "problem": problem.format(*facts)}


def _transfers() -> Iterator[dict[str, str]]:
    """Each transfer has its two entries, the amount out of one account and into the other."""
    facts = unpaired(Transfer.objects.order_by()).values_list("pk", "amount", "written", "total")
    return _faults("transfer", facts[:SHOWN], "{0} besitos in {1} entries that sum to {2} or are in the wrong place")


def unpaired(transfers: QuerySet[Transfer]) -> QuerySet[Any, Any]:
    """Those of these transfers whose entries are not the amount out of one account and into the other."""
    out = Q(entries__account=F("source"), entries__amount=-F("amount"))
    into = Q(entries__account=F("target"), entries__amount=F("amount"))
    found = transfers.order_by().annotate(
        written=Count("entries"),
        total=Coalesce(Sum("entries__amount"), 0),
        left=Count("entries", filter=out),
        came=Count("entries", filter=into),
    )
    return found.exclude(amount__gt=0, written=2, total=0, left=1, came=1)


def _balances() -> Iterator[dict[str, str]]:
    """Each kept balance is the sum of its entries."""
    if connection.vendor == "mongodb":
        return _faults("account", islice(_unequal(), SHOWN), "balance {0}, its entries sum to {1}")
    bad = unbalanced(_kept()).values_list("pk", "balance", "real")
    return _faults("account", bad[:SHOWN], "balance {0}, its entries sum to {1}")


def unbalanced(accounts: QuerySet[Account]) -> QuerySet[Any, Any]:
    """Those of these accounts whose balance is not the sum of their entries (``real``)."""
    real = (
        Entry.objects.filter(account=OuterRef("pk")).order_by().values("account").annotate(s=Sum("amount")).values("s")
    )
    return accounts.annotate(real=Coalesce(Subquery(real), 0)).exclude(balance=F("real"))


def _unequal() -> Iterator[tuple[Any, int, int]]:
    """Where a subquery asks once for each account: all sums at once, and the comparison here."""
    real = dict(Entry.objects.order_by().values_list("account").annotate(Sum("amount")))
    for account, balance in _kept().values_list("pk", "balance").iterator():
        if balance != real.get(account, 0):
            yield account, balance, real.get(account, 0)


def _chains() -> Iterator[dict[str, str]]:
    """What each entry says was left follows from the entry before it."""
    if connection.vendor == "mongodb":
        others = list(Account.objects.exclude(kind__in=KEPT).values_list("pk", flat=True))
        entries = Entry.objects.exclude(account__in=others).order_by("account", "id")
    else:
        entries = Entry.objects.filter(account__in=_doubtful()).order_by("account", "id")
    steps = entries.values_list("account", "amount", "balance_after").iterator()
    bad = ((account,) for account, found in groupby(steps, key=itemgetter(0)) if not is_chain(list(found)))
    return _faults("account", islice(bad, SHOWN), "what its entries say was left does not follow from one another")


def _doubtful() -> QuerySet[Entry, Any]:
    """The accounts with an entry that does not follow from the one before it in the order of ids."""
    before = Window(Lag("balance_after", default=0), partition_by=F("account"), order_by="id")
    steps = Entry.objects.filter(account__kind__in=KEPT).order_by()
    told = Coalesce("balance_after", Value(NOTHING_TOLD))
    return steps.annotate(told=told, due=before + F("amount")).exclude(told=F("due")).values("account")


def is_chain(steps: Sequence[tuple[Any, int, int | None]]) -> bool:
    """Whether entries (account, amount, what was left) lead from nothing to their sum, each where another one ended.

    In any order: ids come from the clocks of several machines, and those may differ.
    """
    balances = Counter([0])
    total = 0
    for _, amount, after in steps:
        if after is None:
            return False
        balances[after] += 1
        balances[after - amount] -= 1
        total += amount
    balances[total] -= 1
    return not any(balances.values())


def _negatives() -> Iterator[dict[str, str]]:
    """Nobody owes."""
    bad = _kept().filter(balance__lt=0).values_list("pk", "balance")
    return _faults("account", bad[:SHOWN], "balance {0} is below zero")


def _holds() -> Iterator[dict[str, str]]:
    """What is put aside is what the open holds say."""
    if connection.vendor == "mongodb":
        return _faults("account", islice(_unheld(), SHOWN), "balance {0}, its open holds are {1}")
    held = _open_holds().filter(user_id=OuterRef("user_id")).order_by().values("user_id").annotate(s=Sum("amount"))
    accounts = Account.objects.filter(kind=AccountKind.HOLD).order_by()
    bad = accounts.annotate(held=Coalesce(Subquery(held.values("s")), 0)).exclude(balance=F("held"))
    return _faults("account", bad.values_list("pk", "balance", "held")[:SHOWN], "balance {0}, its open holds are {1}")


def _unheld() -> Iterator[tuple[Any, int, int]]:
    held = dict(_open_holds().order_by().values_list("user_id").annotate(Sum("amount")))
    accounts = Account.objects.filter(kind=AccountKind.HOLD).order_by()
    for account, user_id, balance in accounts.values_list("pk", "user_id", "balance").iterator():
        if balance != held.get(user_id, 0):
            yield account, balance, held.get(user_id, 0)


def _homeless_holds() -> Iterator[dict[str, str]]:
    """No open hold without an account to hold it."""
    if connection.vendor == "mongodb":
        homes = set(Account.objects.filter(kind=AccountKind.HOLD).values_list("user_id", flat=True))
        open_ones = _open_holds().order_by().values_list("reference", "user_id", "amount").iterator()
        lost = islice((row for row in open_ones if row[1] not in homes), SHOWN)
        return _faults("hold", lost, "a hold of {1} besitos, but reader {0} has nothing put aside")
    home = Account.objects.filter(kind=AccountKind.HOLD, user_id=OuterRef("user_id"))
    bad = _open_holds().filter(~Exists(home)).values_list("reference", "user_id", "amount")
    return _faults("hold", bad[:SHOWN], "a hold of {1} besitos, but reader {0} has nothing put aside")


def _kept() -> QuerySet[Account]:
    return Account.objects.filter(kind__in=KEPT).order_by()


def _open_holds() -> QuerySet[Hold]:
    return Hold.objects.filter(state=HoldState.HELD)


CHECKS = (_transfers, _balances, _chains, _negatives, _holds, _homeless_holds)
