"""``manage.py modulekey``: the keys of the API, from the shell."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from yabot.core import clock, keys
from yabot.core.errors import DomainError
from yabot.core.models import ModuleKey

MOST = 36_500


class Command(BaseCommand):
    """Makes, replaces, withdraws and lists module keys. A secret is printed once."""

    help = "Make, replace, withdraw or list the API's keys. A secret is printed once and never again."
    requires_system_checks = ()  # one of them misses the very key that is about to be made

    def add_arguments(self, parser: CommandParser) -> None:
        """One command for each thing that can be done with a key."""
        orders = parser.add_subparsers(dest="order", required=True)
        create = orders.add_parser("create", help="make a key")
        create.add_argument("name", help="which program uses it")
        create.add_argument("rights", nargs="+", help=", ".join(keys.RIGHTS))
        create.add_argument("--days", type=_from(1), help="for how long it is good; without, for ever")
        create.add_argument("--user", type=int, help="the Telegram id of the only reader it may ask about")
        rotate = orders.add_parser("rotate", help="make a successor; the old key goes on for a while")
        rotate.add_argument("prefix", help="the part between yk_ and the next _")
        rotate.add_argument("--hours", type=_from(0), default=24, help="how long the old key goes on (24)")
        orders.add_parser("revoke", help="withdraw a key at once").add_argument("prefix")
        orders.add_parser("list", help="every key, without its secret")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was ordered."""
        getattr(self, f"_{options['order']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        ends = clock.now() + timedelta(days=options["days"]) if options["days"] else None
        try:
            _, secret = keys.create(options["name"], options["rights"], expires_at=ends, user_id=options["user"])
        except DomainError as error:
            raise CommandError(error.sentence("en")) from None
        self.stdout.write(secret)

    def _rotate(self, options: dict[str, Any]) -> None:
        try:
            _, secret = keys.rotate(_find(options["prefix"]).pk, overlap=timedelta(hours=options["hours"]))
        except DomainError as error:
            raise CommandError(error.sentence("en")) from None
        self.stdout.write(secret)

    def _revoke(self, options: dict[str, Any]) -> None:
        done = keys.revoke(_find(options["prefix"]).pk)
        self.stdout.write("withdrawn" if done else "it was withdrawn before")

    def _list(self, options: dict[str, Any]) -> None:
        for key in ModuleKey.objects.order_by("created_at"):
            self.stdout.write(f"yk_{key.prefix}_…  {keys.state_of(key)}  {key.rights}  {key.name}")


def _from(least: int) -> Callable[[str], int]:
    """What reads a whole number that is not smaller."""

    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= MOST:
            raise ArgumentTypeError(f"{text}: a whole number from {least} to {MOST}")
        return int(text)

    return number


def _find(prefix: str) -> ModuleKey:
    found = ModuleKey.objects.filter(prefix=prefix.removeprefix("yk_").partition("_")[0]).first()
    if found is None:
        raise CommandError(f"there is no key yk_{prefix}_…")
    return found
