"""``manage.py loaddemo``: the small story of Lucien."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from yabot.demo import loading, login


class Command(BaseCommand):
    help = "Loads a small story with pictures and rewards. Adds only what is missing and changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only-when-empty", action="store_true", help="do nothing where a story exists")
        parser.add_argument("--login", type=Path, help="also make the login admin; keep its password in this file")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["login"]:
            login.provide(options["login"])
        if options["only_when_empty"] and not loading.is_empty():
            self.stdout.write("There is a story here already: nothing was changed.")
            return
        self.stdout.write(f"The story of Lucien is here ({loading.load()} rows were missing).")
