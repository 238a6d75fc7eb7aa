"""Work in stages, of which one that fails stops no other."""

import logging
import time
from collections.abc import Callable

from django.db import connection

from yabot.core.database import is_away

log = logging.getLogger(__name__)

FIRST_REST = 0.5
LONGEST_REST = 10.0  # shorter than any lease that a stage renews


class Stages:
    """Does pieces of work that are safe to repeat. After a failure of its own a piece rests, longer each time.

    What it failed at stays where it was, so it is tried again: nothing is lost, nothing spins, and somebody reads why.
    """

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._rest_until: dict[str, float] = {}

    @property
    def all_well(self) -> bool:
        """Whether the last try of everything succeeded."""
        return not self._failures

    def run(self, name: str, stage: Callable[[], bool]) -> bool:
        """Do it unless it rests; whether there was something to do. A database that is away is raised."""
        if time.monotonic() < self._rest_until.get(name, 0):
            return False
        try:
            busy = stage()
        except Exception as error:
            if is_away(error):
                raise
            self._note(name)
            return False
        if name in self._failures:
            del self._failures[name], self._rest_until[name]
        return busy

    def _note(self, name: str) -> None:
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        rest = min(LONGEST_REST, FIRST_REST * 2 ** min(failures - 1, 10))
        self._rest_until[name] = time.monotonic() + rest
        log.exception("%s failed and is tried again in %.1f s", name, rest)
        connection.close()
