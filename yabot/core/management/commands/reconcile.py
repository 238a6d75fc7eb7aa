"""``manage.py reconcile``: compare everything now."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from yabot.core import reconciliation
from yabot.core.reconciliation import Line, Report
from yabot.core.reconciliation.words import advice, sentence


class Command(BaseCommand):
    """Compares all rows that must agree; the exit code is 1 when something is left for a person."""

    help = "Compare all rows that must agree, repair what is safe. Exit code 1 when something is left for a person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found."""
        report = reconciliation.look_all() if options["dry_run"] else reconciliation.run_all()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report)))
        else:
            self._tell(report)
        if not report.ok:
            raise SystemExit(1)

    def _tell(self, report: Report) -> None:
        self.stdout.write(f"{report.looked_at} rows: {report.repaired} repaired, {report.left} left for a person")
        for line in report.found:
            told = _line(line)
            mark = "repaired" if line.is_repaired else "TO DO"
            self.stdout.write(f"  {mark} {told['check']} {told['object']}: {told['sentence']}")


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "looked_at": report.looked_at,
        "repaired": report.repaired,
        "left": report.left,
        "findings": [_line(line) for line in report.found],
    }


def _line(line: Line) -> dict[str, Any]:
    job, one = line.check.name, line.one
    return {
        "check": job,
        "kind": one.kind,
        "object": one.object,
        "repaired": line.is_repaired,
        "sentence": sentence(job, one.kind, one.facts),
        "advice": advice(job, one.kind, is_open=not line.is_repaired),
    }
