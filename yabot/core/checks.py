"""What must be right before anything runs. Each finding has an id and says what to change."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from yabot.core import faults

PRAGMAS = {"journal_mode": "wal", "synchronous": 2}


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


@register(Tags.security, deploy=True)
def check_debug(**_: Any) -> list[CheckMessage]:
    """yabot.W001: a token in a process that runs with DEBUG."""
    if settings.DEBUG and settings.TELEGRAM_TOKEN:
        return [Warning("DEBUG is on: error pages show settings to strangers.", id="yabot.W001")]
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
