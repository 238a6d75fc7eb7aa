"""The health findings of the last ten seconds: a storm of probes asks the database once."""

import threading
import time
from dataclasses import dataclass

from django.utils.translation import get_language

from yabot.core import clock, health
from yabot.core.database import is_away
from yabot.core.health import Finding

FRESH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was found, when; or that the database was away, which kept everything from being found."""

    findings: tuple[Finding, ...]
    error: str
    checked_at: str


_lock = threading.Lock()
_known: dict[str, tuple[float, Snapshot]] = {}


def latest() -> Snapshot:
    """The findings, at most ``FRESH_SECONDS`` old, in the reader's language. One thread looks, the others wait."""
    language = get_language() or ""
    with _lock:
        found = _known.get(language)
        if found is None or time.monotonic() - found[0] >= FRESH_SECONDS:
            found = _known[language] = (time.monotonic(), _look())
        return found[1]


def _look() -> Snapshot:
    at = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    try:
        return Snapshot(tuple(health.findings()), "", at)
    except Exception as error:
        if not is_away(error):
            raise
        return Snapshot((), repr(error), at)


def forget() -> None:
    """Look again next time."""
    with _lock:
        _known.clear()
