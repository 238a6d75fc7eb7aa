"""``manage.py alive``: whether this machine's part of the system works; for a container's health check."""

import http.client
import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from yabot.core import clock, health, leases
from yabot.core.models import Heartbeat, ProcessReport
from yabot.core.telegram.pipeline import INBOX_LEASE

SILENCE = timedelta(seconds=60)  # who lives says so every ten
DEAFNESS = timedelta(seconds=90)  # a poll takes up to 35
CARRIERS = ("bot", "worker")
PARTS = ("web", "bot", "worker", "beat")


class Command(BaseCommand):
    help = "Ends with 0 when this machine's web, bot, worker or beat works, with 1 and a sentence when it does not."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=PARTS)
        parser.add_argument("--port", type=int, default=8000, help="where the web process listens (8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        part = options["part"]
        trouble = web_trouble(options["port"]) if part == "web" else silence(part)
        if trouble:
            self.stderr.write(trouble)
            sys.exit(1)
        self.stdout.write(f"{part} is alive")


def web_trouble(port: int) -> str:
    """What is wrong with the web process of this machine; empty when it and everything vital works."""
    host = next((name for name in settings.ALLOWED_HOSTS if not name.startswith(("*", "."))), "localhost")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health/ready", headers={"Host": host, "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        said = answer.read(500).decode(errors="replace")
        return "" if answer.status == 200 else f"web answers {answer.status}: {said}"
    except OSError as error:
        return f"web does not answer on port {port}: {error}"
    finally:
        connection.close()


def silence(part: str) -> str:
    """Why this machine's ``part`` is not alive; empty when it has said lately that it is, and works."""
    since = clock.now() - SILENCE
    here = leases.here()
    reports = list(ProcessReport.objects.filter(role=part, name__startswith=f"{here}:", seen_at__gte=since))
    if not reports:
        return f"{part} on {here} has said nothing for {SILENCE.seconds} seconds"
    if part == health.BEAT and not Heartbeat.objects.filter(pk=health.BEAT, beat_at__gte=since).exists():
        return f"beat has looked at no job for {SILENCE.seconds} seconds"
    if part in CARRIERS and any(_is_stuck(report) for report in reports):
        return f"{part} on {here} lives, and delivers nothing without trouble: its log says why"
    young = max(report.started_at for report in reports) >= clock.now() - DEAFNESS
    return deafness() if part == "bot" and not young else ""


def _is_stuck(report: ProcessReport) -> bool:
    """Whether what delivers and sends in it had not worked for long when it last said something."""
    return report.seen_at - (report.worked_at or report.started_at) > SILENCE


def deafness() -> str:
    """Why no update reaches the bot; empty when Telegram's do, or when it looks for what the webhook stores."""
    if settings.TELEGRAM_WEBHOOK_URL:
        return "" if leases.holder(INBOX_LEASE) else "no bot looks for what the webhook stores"
    heard = Heartbeat.objects.filter(pk=health.POLLER, good_at__gte=clock.now() - DEAFNESS).exists()
    return "" if heard else f"bot has had no answer from Telegram for {DEAFNESS.seconds} seconds"
