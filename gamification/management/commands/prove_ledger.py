import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gamification.services import proof


class Command(BaseCommand):
    """Proves the ledger; the exit code is 1 when it is wrong."""

    help = "Prove that every besito is accounted for. Exit code 1 when the ledger is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="machine-readable: ok, accounts, entries, sum, wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the result."""
        found = proof.prove()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
        else:
            self.stdout.write(proof.sentence(found))
            for fault in found.wrong:
                place, name = next(iter(fault.items()))
                self.stdout.write(f"  {place} {name}: {fault['problem']}")
        if not found.ok:
            raise SystemExit(1)
