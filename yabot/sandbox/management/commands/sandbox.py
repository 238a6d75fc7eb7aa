"""``manage.py sandbox``: the simulated Telegram as a process of its own."""

import asyncio
import json
import secrets
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.server import HOST, PortUnavailable, serving
from yabot.sandbox.telegram import DEMO_TOKEN, Telegram


class Command(BaseCommand):
    """Serves the sandbox on loopback until SIGTERM or SIGINT."""

    help = "Run a simulated Telegram with a chat page on this machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8081)
        parser.add_argument("--token", help="the bot token the sandbox accepts")
        parser.add_argument("--control-token", help="the token of the control API; random by default")
        parser.add_argument("--state", type=Path, help="a file in which the world survives restarts")
        parser.add_argument("--world", help="a ready-made world (demo), a JSON file or JSON text")

    def handle(self, *args: Any, **options: Any) -> None:
        token = options["token"] or DEMO_TOKEN
        refuse_real_life(token)
        try:
            asyncio.run(self._serve(token, options))
        except PortUnavailable as problem:
            print(problem, file=sys.stderr)
            sys.exit(2)
        except Impossible as problem:
            raise CommandError(str(problem)) from None

    async def _serve(self, token: str, options: dict[str, Any]) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        control_token = options["control_token"] or secrets.token_urlsafe(24)
        world = options["world"]
        if world and world.lstrip().startswith("{"):
            world = json.loads(world)
        started = serving(
            Telegram(token), control_token=control_token, port=options["port"], state=options["state"], world=world
        )
        async with started as port:
            print(f"sandbox ready http://{HOST}:{port}/sandbox/", flush=True)
            await stop.wait()


def refuse_real_life(token: str) -> None:
    """Raise ``CommandError`` where a simulated Telegram has no business."""
    if not getattr(settings, "DEBUG", False):
        raise CommandError("The sandbox runs only with DEBUG on: it is for trying things out, not for readers.")
    configured = getattr(settings, "TELEGRAM_TOKEN", "") or ""
    if configured and configured not in {token, DEMO_TOKEN}:
        raise CommandError("TELEGRAM_TOKEN is not the sandbox's token: the sandbox stays away from real bots.")
