"""Walking the checks: a bounded number of rows each time, from where the last run stopped."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from yabot.core import clock
from yabot.core.models import ReconciliationWalk
from yabot.core.reconciliation.findings import Settled, end_unseen, settle
from yabot.core.reconciliation.registry import Check, Discrepancy, Window, checks
from yabot.core.transactions import atomic

SECONDS = 2.0  # the ticker of a small installation also keeps its leases alive
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One discrepancy in a report."""

    check: Check
    one: Discrepancy
    is_repaired: bool


@dataclass(slots=True)
class Report:
    """What a run looked at, repaired and left for a person. ``found`` shows the first hundred."""

    looked_at: int = 0
    repaired: int = 0
    left: int = 0
    found: list[Line] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is left for a person."""
        return not self.left

    def add(self, check: Check, looked_at: int, settled: Settled) -> None:
        """Count a window."""
        self.looked_at += looked_at
        self.repaired += len(settled.repaired)
        self.left += len(settled.left)
        lines = [Line(check, one, True) for one in settled.repaired] + [Line(check, one, False) for one in settled.left]
        self.found += lines[: max(0, SHOWN - len(self.found))]


def run_due(*, seconds: float = SECONDS) -> Report:
    """Look further for a few seconds: each check goes on where it stopped, at least one window of each.

    Any number may run at once: who moves a walk first has done that window, the others leave this check to them.
    """
    report = Report()
    chosen = checks()
    for check in chosen:
        end = time.monotonic() + seconds / len(chosen)
        while _step(check, report) and time.monotonic() < end:
            pass
    return report


def run_all(chosen: Sequence[Check] | None = None) -> Report:
    """Walk every check once from beginning to end, window by window, whoever else does so at the same time."""
    report = Report()
    for check in chosen if chosen is not None else checks():
        number = _begin(check)
        for window in _windows(check):
            report.add(check, window.looked_at, settle(check, window.found, number))
        end_unseen(check, number)
        _begin(check)
    return report


def look_all(chosen: Sequence[Check] | None = None) -> Report:
    """The same without writing anything: what can be repaired counts as repaired."""
    report = Report()
    for check in chosen if chosen is not None else checks():
        for window in _windows(check):
            mendable = [one for one in window.found if check.kinds[one.kind].repair]
            left = [one for one in window.found if not check.kinds[one.kind].repair]
            report.add(check, window.looked_at, Settled(mendable, left))
    return report


def _windows(check: Check) -> Iterator[Window]:
    window = check.look("")
    yield window
    while window.position:
        window = check.look(window.position)
        yield window


def _step(check: Check, report: Report) -> bool:
    """Look at one window and settle it; whether there is more to look at, for us."""
    walk = _walk(check)
    window = check.look(walk.position)
    report.add(check, window.looked_at, settle(check, window.found, walk.round))
    moved = _move(walk, window.position)
    if moved and not window.position:
        end_unseen(check, walk.round)
    return moved and bool(window.position)


@atomic
def _walk(check: Check) -> ReconciliationWalk:
    return ReconciliationWalk.objects.get_or_create(pk=check.name)[0]


@atomic
def _move(walk: ReconciliationWalk, position: str) -> bool:
    """Go on to ``position``, unless somebody else has; at the end another round begins."""
    here = ReconciliationWalk.objects.filter(pk=walk.pk, position=walk.position, round=walk.round)
    number = walk.round if position else walk.round + 1
    return bool(here.update(position=position, round=number, moved_at=clock.now()))


@atomic
def _begin(check: Check) -> int:
    """Begin another round, wherever the walk is; its number."""
    walk = _walk(check)
    ReconciliationWalk.objects.filter(pk=check.name).update(position="", round=walk.round + 1, moved_at=clock.now())
    return walk.round + 1
