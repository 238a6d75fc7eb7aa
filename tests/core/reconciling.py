"""Damage made by hand, looked at when the rows have come to rest."""

import datetime
from collections.abc import Callable

import time_machine

from yabot.core import ids, reconciliation
from yabot.core.models import FindingState, ReconciliationFinding
from yabot.core.reconciliation import Report

AFTER = datetime.timedelta(minutes=20)


def reconcile(*names: str, after: datetime.timedelta = AFTER, then: Callable[[], object] | None = None) -> Report:
    """Walk the named checks (default: all) as if that much time had passed; ``then`` happens at that time too."""
    chosen = [check for check in reconciliation.checks() if not names or check.name in names]
    now = datetime.datetime.now(datetime.UTC)
    newest = ids._last
    try:
        with time_machine.travel(now + after, tick=True):
            report = reconciliation.run_all(chosen)
            if then:
                then()
            return report
    finally:
        ids._last = newest  # ids made in that future would look young for the rest of the test


def found(report: Report) -> list[tuple[str, str]]:
    """Kinds and objects of what a run found."""
    return [(line.one.kind, line.one.object) for line in report.found]


def audit(state: FindingState) -> list[tuple[str, str]]:
    """Kinds and objects of the findings in this state, oldest first."""
    rows = ReconciliationFinding.objects.filter(state=state).order_by("id")
    return list(rows.values_list("kind", "object"))
