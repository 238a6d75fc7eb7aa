"""The audit: what was found, what was done, what is left for a person."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import QuerySet

from yabot.core import clock, rows
from yabot.core.ids import uuid7
from yabot.core.models import FindingState, ReconciliationFinding
from yabot.core.reconciliation.registry import Check, Discrepancy, Kind
from yabot.core.splitting import run_splitting
from yabot.core.transactions import atomic

log = logging.getLogger(__name__)

COLUMNS = (
    "id",
    "job",
    "kind",
    "object",
    "facts",
    "user_id",
    "state",
    "open_key",
    "round",
    "found_at",
    "seen_at",
    "ended_at",
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a window's discrepancies."""

    repaired: Sequence[Discrepancy] = ()
    left: Sequence[Discrepancy] = ()


def settle(check: Check, found: Sequence[Discrepancy], round_number: int) -> Settled:
    """Repair what can be repaired, note the rest for a person. What cannot be repaired after all is noted too."""
    repaired: list[Discrepancy] = []
    left: list[Discrepancy] = []
    by_kind: dict[str, list[Discrepancy]] = defaultdict(list)
    vain = _repaired_in_vain(check, found)
    for one in found:
        if check.kinds[one.kind].repair is None or one in vain:
            left.append(one)
        else:
            by_kind[one.kind].append(one)

    def refuse(one: Discrepancy, error: Exception) -> None:
        log.warning("%s: %s %s cannot be repaired: %r", check.name, one.kind, one.object, error)
        left.append(one)

    def mend(part: Sequence[Discrepancy]) -> None:
        repaired.extend(_repair(check, check.kinds[part[0].kind], part))

    for group in by_kind.values():
        run_splitting(group, mend, refuse, lane=_place)
    if left:
        note_open(check, left, round_number)
    return Settled(repaired, left)


def _repaired_in_vain(check: Check, found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """What was repaired before and is broken again, where that must not be."""
    once = {_done_key(check, one): one for one in found if check.kinds[one.kind].once}
    if not once:
        return []
    known = ReconciliationFinding.objects.filter(open_key__in=once).values_list("open_key", flat=True)
    return [once[key] for key in known]


def _place(one: Discrepancy) -> str:
    return one.object


@atomic
def _repair(check: Check, kind: Kind, found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Repair, and write what was repaired beside it: both or neither."""
    assert kind.repair is not None
    done = list(kind.repair(found))
    rows.insert(ReconciliationFinding, COLUMNS, [_row(check, one, FindingState.REPAIRED, 0) for one in done])
    keys = [_key(check, one) for one in done]  # a person may have been asked about it before it could be repaired
    _end(ReconciliationFinding.objects.filter(open_key__in=keys))
    return done


@atomic
def note_open(check: Check, found: Sequence[Discrepancy], round_number: int) -> None:
    """Write down what a person has to decide; what is written already was seen again, also if another run wrote it."""
    wanted = {_key(check, one): one for one in found}
    held = _held(ReconciliationFinding.objects.filter(open_key__in=wanted))
    columns = held.values_list("open_key", "id", "round")
    known = {key: (row_id, max(round_number, seen_in)) for key, row_id, seen_in in columns}
    new = {key: _row(check, one, FindingState.OPEN, round_number) for key, one in wanted.items() if key not in known}
    written = rows.insert_new(ReconciliationFinding, COLUMNS, list(new.values()), key=("open_key",))
    now = clock.now()
    seen = [(row_id, _facts(wanted[key]), seen_in, now) for key, (row_id, seen_in) in known.items()]
    rows.assign(ReconciliationFinding, key="id", columns=("facts", "round", "seen_at"), rows=seen)
    others = [key for key in new if (key,) not in written]  # another run wrote it while this one looked
    if others:
        ReconciliationFinding.objects.filter(open_key__in=others, round__lt=round_number).update(round=round_number)


@atomic
def end_unseen(check: Check, round_number: int) -> int:
    """Close what a whole round did not see again; how many."""
    still_open = ReconciliationFinding.objects.filter(job=check.name, state=FindingState.OPEN)
    return _end(still_open.filter(round__lt=round_number))


def _end(found: QuerySet[ReconciliationFinding]) -> int:
    """These findings are no longer open."""
    now = clock.now()
    ids = _held(found).values_list("id", flat=True)
    ended = [(row_id, FindingState.GONE.value, str(row_id), now) for row_id in ids]
    return rows.assign(ReconciliationFinding, key="id", columns=("state", "open_key", "ended_at"), rows=ended)


def _held(found: QuerySet[ReconciliationFinding]) -> QuerySet[ReconciliationFinding]:
    """These findings as they are now, and until the transaction ends: a round that was seen is not written over.

    Always in one order, so that two runs do not wait for each other. On SQLite a transaction waits from its beginning,
    and on MongoDB one that writes what another has written meanwhile is done again.
    """
    return found.order_by("id").select_for_update()


def _row(check: Check, one: Discrepancy, state: FindingState, round_number: int) -> tuple[Any, ...]:
    row_id, now = uuid7(), clock.now()
    is_open = state is FindingState.OPEN
    done_key = _done_key(check, one) if check.kinds[one.kind].once else str(row_id)
    open_key = _key(check, one) if is_open else done_key
    what = (row_id, check.name, one.kind, one.object, _facts(one), one.user_id)
    return (*what, state.value, open_key, round_number, now, now, None if is_open else now)


def _key(check: Check, one: Discrepancy) -> str:
    return f"{check.name}:{one.kind}:{one.object}"


def _done_key(check: Check, one: Discrepancy) -> str:
    return f"done:{_key(check, one)}"


def _facts(one: Discrepancy) -> str:
    return orjson.dumps(dict(one.facts)).decode()
