"""``manage.py runbot``: the bot."""

import asyncio
import gc
import re
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from yabot.core.checks import OF_SETTINGS

TOKEN = re.compile(r"\d{3,}:[\w-]{20,}\Z", re.ASCII)


WEBHOOK_ACTIVE = (
    "Telegram sends this bot's updates to a webhook, so polling gets none: run `manage.py webhook delete`, "
    "or set TELEGRAM_WEBHOOK_URL to work on what the webhook stores."
)


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed: a third less time for each message sent."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


class Command(BaseCommand):
    help = (
        "Runs the bot: polls Telegram (or takes what its webhook stored), delivers events, sends messages, "
        "runs periodic jobs. Stops on SIGTERM."
    )
    requires_system_checks = OF_SETTINGS  # the others look at pages and models, which takes longer than to get ready

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TELEGRAM_TOKEN:
            self._end(2, "TELEGRAM_TOKEN is not set: ask @BotFather for a token, or try `make demo` without one.")
        if not TOKEN.match(settings.TELEGRAM_TOKEN):
            self._end(2, "TELEGRAM_TOKEN does not look like a bot token (123456789:AbC…).")
        self._run()

    def _run(self) -> None:
        from yabot.core.telegram.gateway import Gateway, WrongToken
        from yabot.core.telegram.poller import AnotherPoller, WebhookActive
        from yabot.wiring import PARTS

        gateway = Gateway(PARTS, ready=lambda username: self._ready(username, gateway.worked_at))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: gateway.stop())
        try:
            with asyncio.Runner(loop_factory=_fast_loop()) as runner:
                runner.run(gateway.run())
        except WrongToken:
            self._end(2, "Telegram does not know this token: check TELEGRAM_TOKEN.")
        except AnotherPoller:
            self._end(1, "Another process polls with this token: stop it first, only one may run.")
        except WebhookActive:
            self._end(2, WEBHOOK_ACTIVE)

    def _ready(self, username: str, worked_at: Callable[[], datetime | None]) -> None:
        # What is loaded now stays: the collector need not look at it again, nor after every few hundred rows.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        self.stdout.write(f"runbot ready @{username}")
        self.stdout.flush()
        from yabot.core import measuring

        measuring.start("bot", worked_at)

    def _end(self, code: int, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(code)
