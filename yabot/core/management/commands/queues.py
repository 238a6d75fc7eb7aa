"""``manage.py queues``: what waits."""

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from yabot.core import health


class Command(BaseCommand):
    help = "Says how much waits: updates, deliveries, messages; and how many deliveries were given up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dataclasses.asdict(health.queues())
        if options["json"]:
            self.stdout.write(json.dumps(counts))
            return
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
