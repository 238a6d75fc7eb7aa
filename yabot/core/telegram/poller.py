"""Long polling that stores before it confirms, and that never dies of a bad answer.

PTB's own loop confirms updates before they are handled and ends for ever on one 401 or 404. This one asks for the
next batch (which confirms the last one) only after the last one is committed.
"""

import asyncio
import logging
import math
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from yabot.core import faults, health
from yabot.core.health import Beat
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered
from yabot.core.telegram.pipeline import Pipeline

log = logging.getLogger(__name__)

POLL_SECONDS = 25
GRACE_SECONDS = 10  # on top of the long poll, before the call counts as lost
MOST_WAITING = 5_000
CONFLICT_WINDOW = 60.0  # seconds in which 409 answers are counted
CONFLICT_PAUSE = 0.25  # seconds: whoever was there first is back at once, so the newcomer meets it while still young
LONGEST_PAUSE = 15.0


class AnotherPoller(Exception):
    """Somebody else polls with this token."""


class WebhookActive(Exception):
    """Telegram sends this bot's updates to a webhook, and gives none to a poller."""


def conflicts_bearable(age: float) -> int:
    """How many conflicts a poller bears that met its first one ``age`` seconds after it began.

    The longer it was there, the more: of two pollers the younger one gives way, on a fast machine and on a slow one,
    for only the proportion of their ages counts. A newcomer bears 2, one of a minute 16, one of a day 37.
    """
    return 2 + max(0, round(2 * math.log2(max(age, CONFLICT_PAUSE) / (2 * CONFLICT_PAUSE))))


class Poller:
    """Fills the pipeline's inbox until cancelled."""

    def __init__(self, api: BotApi, pipeline: Pipeline, allowed_updates: Sequence[str]) -> None:
        self._api = api
        self._pipeline = pipeline
        self._allowed = list(allowed_updates)
        self._offset = 0
        self._failures = self._silences = 0
        self._conflicts: deque[float] = deque()
        self._started_at = time.monotonic()
        self._bearable = 0
        self.held: list[Any] = []  # what came and could not be stored yet

    async def run(self) -> None:
        """Poll for ever. Raises AnotherPoller and WebhookActive.

        Everything else is waited out, with the health page red meanwhile.
        """
        while True:
            while self._pipeline.backlog > MOST_WAITING:
                await asyncio.sleep(0.05)
            answer = await self._ask()
            if answer is None:
                continue
            if not isinstance(answer.result, list):
                await self._trouble(f"getUpdates answered {type(answer.result).__name__}, not a list")
                continue
            await self._keep(answer.result)

    async def _ask(self) -> Answer | None:
        """One long poll; None after a failure that was waited out."""
        patience = 0 if self._failures else POLL_SECONDS  # after trouble, hear at once that it is over
        params = {"offset": self._offset, "limit": 100, "timeout": patience, "allowed_updates": self._allowed}
        try:
            answer = await self._api.call("getUpdates", params, timeout=POLL_SECONDS + GRACE_SECONDS)
        except (NotDelivered, Doubtful) as error:
            self._silences += 1
            if self._silences % 3 == 0:
                await self._api.renew()
            await self._trouble(str(error))
            return None
        if not answer.ok:
            await self._refused(answer)
            return None
        self._failures = self._silences = 0
        self._pipeline.beat(Beat(health.POLLER, good=True))
        return answer

    async def _refused(self, answer: Answer) -> None:
        if answer.code == 409:
            if "webhook" in answer.description.lower():  # no other poller, and waiting does not end it
                raise WebhookActive(answer.description)
            self._count_conflict(answer.description)
            answer = replace(answer, retry_after=CONFLICT_PAUSE * random.uniform(0.75, 1.25))
        await self._trouble(f"{answer.code} {answer.description}", answer.retry_after)

    def _count_conflict(self, description: str) -> None:
        """Two pollers end each other's polls in turn, so successes in between say nothing; exactly one gives up."""
        now = time.monotonic()
        while self._conflicts and self._conflicts[0] < now - CONFLICT_WINDOW:
            self._conflicts.popleft()
        if not self._conflicts:
            self._bearable = conflicts_bearable(now - self._started_at)
        self._conflicts.append(now)
        if len(self._conflicts) >= self._bearable:
            raise AnotherPoller(description)

    async def _trouble(self, what: str, retry_after: float = 0) -> None:
        """Say what is wrong and wait: longer each time, with jitter."""
        self._failures += 1
        pause = retry_after or min(LONGEST_PAUSE, 0.5 * 2 ** min(self._failures, 6)) * random.uniform(0.75, 1.25)
        log.warning("Telegram does not give updates (%s); asking again in %.1f s", what, pause)
        self._pipeline.beat(Beat(health.POLLER, good=False, detail=what))
        await asyncio.sleep(pause)

    async def _keep(self, updates: list[object]) -> None:
        """Store a batch; only then is the next one asked for with a higher offset."""
        if not updates:
            return
        faults.point("after_get_updates")
        self.held = updates
        while not await self._stored(updates):
            await asyncio.sleep(0.5)
        self.held = []
        numbers = [update["update_id"] for update in updates if isinstance(update, dict) and _is_number(update)]
        self._offset = max(numbers, default=self._offset - 1) + 1

    async def _stored(self, updates: list[object]) -> bool:
        """Try once to have a batch stored; whether it is. The database may be away: the updates stay Telegram's."""
        storing = asyncio.ensure_future(asyncio.wrap_future(self._pipeline.store(updates)))
        try:
            while not storing.done():
                await asyncio.wait({storing}, timeout=1)
                if not self._pipeline.healthy:
                    await self._look_ahead()
        except asyncio.CancelledError:
            storing.cancel()
            raise
        if error := storing.exception():
            log.warning("updates could not be stored, trying again: %s", error)
        return error is None

    async def _look_ahead(self) -> None:
        """See who else waits while nothing can be stored. It is not confirmed: all of it comes again.

        Telegram shows the oldest hundred; whoever comes after them is told nothing before the database is back.
        """
        params = {"offset": self._offset, "limit": 100, "timeout": 0, "allowed_updates": self._allowed}
        try:
            answer = await self._api.call("getUpdates", params, timeout=GRACE_SECONDS)
        except (NotDelivered, Doubtful):
            return
        if answer.ok and isinstance(answer.result, list):
            self.held = answer.result


def _is_number(update: dict[str, object]) -> bool:
    return isinstance(update.get("update_id"), int)
