"""``manage.py doctor``: what is wrong, and what to do about it."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from yabot.core.doctor.diagnosis import Diagnosis, Level
from yabot.core.doctor.examination import examine

SIGNS = {Level.OK: "✓", Level.WARNING: "!", Level.BROKEN: "✗"}
LANGUAGES = ("es", "en")


class Command(BaseCommand):
    help = (
        "Looks at settings, database, Redis, Telegram, rights, disk, queues and jobs; says how to mend what is wrong. "
        "Ends with 1 when something is broken; warnings end with 0."
    )
    requires_system_checks = []  # it says itself what they find, with everything else

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--language", choices=LANGUAGES, help="es or en; by default what LANG says, else Spanish")

    def handle(self, *args: Any, **options: Any) -> None:
        from yabot.wiring import PARTS

        language = options["language"] or language_of(os.environ)
        found = examine(PARTS.allowed_updates, language)
        self._print(found, as_json=options["json"])
        if any(diagnosis.level is Level.BROKEN for diagnosis in found):
            raise SystemExit(1)

    def _print(self, found: Sequence[Diagnosis], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(told(found), ensure_ascii=False))
            return
        for diagnosis in found:
            line = f"{SIGNS[diagnosis.level]} {diagnosis.part}: {diagnosis.what} {diagnosis.cure}"
            self.stdout.write(line.rstrip())


def told(found: Sequence[Diagnosis]) -> dict[str, Any]:
    """The findings for a program."""
    counts = {level.value: sum(diagnosis.level is level for diagnosis in found) for level in Level}
    findings = [{"part": one.part, "level": one.level.value, "what": one.what, "cure": one.cure} for one in found]
    return {"ok": not counts[Level.BROKEN.value], "counts": counts, "findings": findings}


def language_of(environment: Mapping[str, str]) -> str:
    """English where the terminal speaks English, Spanish anywhere else."""
    said = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if said.lower().startswith("en") else "es"
