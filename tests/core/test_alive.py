"""``manage.py alive``: a container's health check."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from django.core.management import call_command

from yabot.core import clock, health, leases
from yabot.core.models import Heartbeat, ProcessReport
from yabot.core.telegram.pipeline import INBOX_LEASE


def alive(part: str, **options) -> tuple[int, str]:
    """The exit code, and what was said."""
    said = StringIO()
    try:
        call_command("alive", part, stdout=said, stderr=said, **options)
    except SystemExit as ended:
        return int(ended.code or 0), said.getvalue()
    return 0, said.getvalue()


def reported(role: str, *, ago: int = 0, worked: int = 0, age: int = 80, host: str | None = None) -> None:
    """A process of this machine said so many seconds ago that it lives, and when it last worked."""
    now = clock.now()
    owner = leases.new_owner()
    ProcessReport.objects.create(
        name=f"{host}:1:a" if host else owner,
        role=role,
        started_at=now - timedelta(seconds=age),
        seen_at=now - timedelta(seconds=ago),
        worked_at=now - timedelta(seconds=worked or ago),
        memory=1,
        cpu_seconds=1,
        threads=1,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["bot", "worker"])
def test_a_part_is_alive_when_a_process_of_this_machine_said_so_lately(part, at_one_moment):
    assert alive(part)[0] == 1
    reported(part, ago=61)
    reported(part, host="another-machine")
    assert alive(part)[0] == 1

    reported(part, ago=59)
    assert alive(part) == (0, f"{part} is alive\n")


@pytest.mark.django_db
def test_a_beat_that_looks_at_no_job_is_not_alive():
    reported("beat")
    assert "looked at no job" in alive("beat")[1]

    health.note([health.Beat(health.BEAT, True)])
    assert alive("beat")[0] == 0


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["bot", "worker"])
def test_a_part_one_of_whose_processes_delivers_nothing_is_not_alive(part):
    reported(part)
    assert alive(part)[0] == 0

    reported(part, worked=70)
    code, said = alive(part)
    assert (code, "delivers nothing" in said) == (1, True)


@pytest.mark.django_db
def test_a_bot_that_telegram_does_not_answer_is_not_alive():
    reported("bot", age=100)
    assert "no answer from Telegram" in alive("bot")[1]

    health.note([health.Beat(health.POLLER, True)])
    assert alive("bot")[0] == 0
    health.note([health.Beat(health.POLLER, False)])
    assert alive("bot")[0] == 0

    Heartbeat.objects.update(good_at=clock.now() - timedelta(seconds=91))
    assert alive("bot")[0] == 1


@pytest.mark.django_db
def test_with_a_webhook_somebody_has_to_look_at_what_it_stores(settings):
    settings.TELEGRAM_WEBHOOK_URL = "https://yabot.example/telegram/webhook/"
    reported("bot", age=100)
    assert "looks for what the webhook stores" in alive("bot")[1]

    leases.take(INBOX_LEASE, leases.new_owner(), seconds=15)
    assert alive("bot")[0] == 0


class Web(BaseHTTPRequestHandler):
    """Answers as a web process behind a proxy does: to its own name, over HTTPS."""

    def do_GET(self) -> None:
        known = self.headers["Host"] == "yabot.example" and self.headers["X-Forwarded-Proto"] == "https"
        well = known and self.path == "/health/ready" and self.server.is_well  # type: ignore[attr-defined]
        self.send_response(200 if well else 503)
        self.end_headers()
        self.wfile.write(b"ok" if well else b"the database does not answer")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def web(settings):
    settings.ALLOWED_HOSTS = [".example.org", "yabot.example"]
    server = HTTPServer(("127.0.0.1", 0), Web)
    server.is_well = True  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_web_is_alive_when_everything_vital_is_well(web):
    assert alive("web", port=web.server_port)[0] == 0

    web.is_well = False
    code, said = alive("web", port=web.server_port)
    assert (code, "503" in said, "database" in said) == (1, True, True)


def test_a_web_process_that_does_not_answer_is_not_alive(web):
    web.shutdown()
    web.server_close()

    assert alive("web", port=web.server_port)[0] == 1
