"""What must be right before anything runs. Each finding has an id and says what to change."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from yabot.core import faults
from yabot.core.addresses import WEBHOOK_PATH, is_loopback

OF_SETTINGS: Final = (Tags.compatibility, Tags.security)  # what a process looks at before it runs; no pages, no models
PRAGMAS = {"journal_mode": "wal", "synchronous": 2}
SHORTEST_TOKEN = 32
WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")


@register(Tags.compatibility)
def check_environment(**_: Any) -> list[CheckMessage]:
    """yabot.E001: environment variables with values YABOT cannot use."""
    return [
        Error(f"{problem.variable} {problem.message}.", hint="See .env.example.", id="yabot.E001")
        for problem in settings.CONFIG_PROBLEMS
    ]


@register(Tags.security)
def check_fault_points(**_: Any) -> list[CheckMessage]:
    """yabot.E002, yabot.E003: fault points are for tests, and must name one that exists."""
    if not settings.CRASH_AT:
        return []
    if not settings.DEBUG:
        return [Error("YABOT_CRASH_AT ends the process on purpose and is refused while DEBUG is off.", id="yabot.E002")]
    name, _sep, times = settings.CRASH_AT.partition(":")
    if name not in faults.POINTS or not (times or "1").isdigit():
        known = ", ".join(faults.POINTS)
        return [Error(f"YABOT_CRASH_AT must be name:n with a name out of {known}.", id="yabot.E003")]
    return []


@register(Tags.security)
def check_sandbox(**_: Any) -> list[CheckMessage]:
    """yabot.E004: the simulated Telegram is never reachable in production."""
    if settings.SANDBOX_ENABLED and not settings.DEBUG:
        return [Error("SANDBOX_ENABLED needs DEBUG=1: the sandbox is not for production.", id="yabot.E004")]
    return []


@register(Tags.security)
def check_webhook(**_: Any) -> list[CheckMessage]:
    """yabot.E041, yabot.E042, yabot.W041: where Telegram sends updates, and the secret that proves it is Telegram."""
    if not settings.TELEGRAM_WEBHOOK_URL:
        return []
    found: list[CheckMessage] = []
    address = urlsplit(settings.TELEGRAM_WEBHOOK_URL)
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        found.append(Error("TELEGRAM_WEBHOOK_URL must begin with https://: Telegram takes no other.", id="yabot.E041"))
    if not WEBHOOK_SECRET.fullmatch(settings.TELEGRAM_WEBHOOK_SECRET):
        hint = "Make one with: openssl rand -hex 32"
        message = "TELEGRAM_WEBHOOK_SECRET must be 1 to 256 of A-Z a-z 0-9 _ - when TELEGRAM_WEBHOOK_URL is set."
        found.append(Error(message, hint=hint, id="yabot.E042"))
    if address.path != WEBHOOK_PATH:
        message = f"TELEGRAM_WEBHOOK_URL does not end in {WEBHOOK_PATH}, where the web process listens."
        found.append(Warning(message, hint="Right only if a proxy rewrites the path.", id="yabot.W041"))
    return found


@register(Tags.compatibility)
def check_modules(**_: Any) -> list[CheckMessage]:
    """yabot.E061, yabot.W061: modules in other processes are asked with a key, and each must be somewhere."""
    found: list[CheckMessage] = []
    remote = sorted(name for name, url in settings.MODULE_URLS.items() if url)
    if remote and not settings.MODULE_KEY:
        message = f"{remote[0].upper()}_URL is set, and YABOT_MODULE_KEY is not: the other process will refuse us."
        found.append(
            Error(message, hint="Make one: manage.py modulekey create processes gamification:ports", id="yabot.E061")
        )
    for name in settings.ALL_MODULES:
        if name not in settings.MODULES and name not in remote:
            message = f"{name} does not run here (YABOT_MODULES), and {name.upper()}_URL does not say where it does."
            hint = "Readers will be told that this part is away."
            found.append(Warning(message, hint=hint, id="yabot.W061"))
    return found


@register(Tags.security, deploy=True)
def check_debug(**_: Any) -> list[CheckMessage]:
    """yabot.W001: a token in a process that runs with DEBUG."""
    if settings.DEBUG and settings.TELEGRAM_TOKEN:
        return [Warning("DEBUG is on: error pages show settings to strangers.", id="yabot.W001")]
    return []


@register(Tags.security)
def check_metrics(**_: Any) -> list[CheckMessage]:
    """yabot.E071: a token that can be guessed opens /metrics to the world."""
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        message = f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters."
        hint = 'Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"'
        return [Error(message, hint=hint, id="yabot.E071")]
    return []


@register(Tags.database)
def check_sqlite(**_: Any) -> list[CheckMessage]:
    """yabot.E005: SQLite must be as durable as we promise; the pragmas are read back, not believed."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
        return []
    found: list[CheckMessage] = []
    with connection.cursor() as cursor:
        for pragma, wanted in PRAGMAS.items():
            cursor.execute(f"PRAGMA {pragma}")
            value = cursor.fetchone()[0]
            if value != wanted:
                found.append(Error(f"SQLite's {pragma} is {value!r}, not {wanted!r}.", id="yabot.E005"))
    return found
