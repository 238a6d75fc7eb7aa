"""The answering lane: commands, buttons and text through PTB's Application, one person's updates in order."""

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from telegram import Update
from telegram.ext import Application

from yabot.core import correlation, faults
from yabot.core.database import is_away, try_to_write
from yabot.core.errors import TooMuchAtOnce, Unavailable
from yabot.core.models import UpdateState
from yabot.core.telegram.apologies import Apologies
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.inbox import Stored
from yabot.core.telegram.intake import Mark

log = logging.getLogger(__name__)

WIDTH = 64
TRIES = 3  # of an update, with a database that answers in between
MOST_OF_ONE = 100  # updates of one reader that wait; what they tap or write beyond that is not taken


class Dispatcher:
    """Runs each person's updates one after the other and different people's side by side."""

    def __init__(
        self,
        application: Application[Any, Any, Any, Any, Any, Any],
        mark: Callable[[Mark], object],
        apologies: Apologies,
    ) -> None:
        self._application = application
        self._mark = mark
        self._apologies = apologies
        self._tries: Counter[int] = Counter()
        self._recovery: asyncio.Task[None] | None = None
        self._lanes: defaultdict[int, deque[Stored]] = defaultdict(deque)
        self._tasks: set[asyncio.Task[None]] = set()
        self._width = asyncio.Semaphore(WIDTH)

    def submit(self, updates: Sequence[Stored]) -> None:
        """Take these updates. On the loop's thread."""
        for stored in updates:
            lane = self._lanes[stored.lane]
            if len(lane) >= MOST_OF_ONE and _may_be_refused(stored):
                self._mark(Mark(stored.id, UpdateState.IGNORED, "too many at once"))
                self._start(self._apologies.tell([stored.data], TooMuchAtOnce))
                continue
            lane.append(stored)
            if len(lane) == 1:
                self._start(self._run(stored.lane))

    def waiting(self) -> list[Any]:
        """The updates under way and those behind them, as Telegram gave them."""
        return [stored.data for lane in self._lanes.values() for stored in lane]

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Wait for what runs; what is not finished stays in the inbox for the next start."""
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()

    async def _run(self, key: int) -> None:
        lane = self._lanes[key]
        while lane:
            async with self._width:
                mark = await self._handle(lane[0])
            if mark is None:
                await self._until_database_answers()
                continue
            self._mark(mark)
            lane.popleft()
        del self._lanes[key]

    async def _until_database_answers(self) -> None:
        """One question for all lanes that wait."""
        if self._recovery is None or self._recovery.done():
            self._recovery = asyncio.create_task(_database_answers())
        await asyncio.shield(self._recovery)

    async def _handle(self, stored: Stored) -> Mark | None:
        """Have one update handled; None when it has to wait for the database.

        A bad one is failed with its reason and stops nobody.
        """
        try:
            with correlation.following(stored.trace, update=stored.id):
                update = Update.de_json(stored.data, self._application.bot)
                await self._application.process_update(update)
            faults.point("after_service_commit")
            error = self._application.bot_data.failed.pop(stored.id, None)
        except Exception as problem:  # noqa: BLE001 - PTB could not read it: keep the reason, go on
            error = problem
            with correlation.following(stored.trace, update=stored.id):
                log.warning("update %s (%s) cannot be read: %r", stored.id, stored.kind, problem)
        if error is not None and is_away(error):
            self._tries[stored.id] += 1
            if self._tries[stored.id] < TRIES:
                return None
            await self._apologies.tell([stored.data], Unavailable)
        self._tries.pop(stored.id, None)
        if error is not None:
            return Mark(stored.id, UpdateState.FAILED, f"{type(error).__name__}: {error}")
        return Mark(stored.id, UpdateState.DONE)


async def _database_answers() -> None:
    """Return when the database takes writes again."""
    pause = 0.5
    while True:
        await asyncio.sleep(pause)
        try:
            await in_db(try_to_write)
            return
        except Exception as error:  # noqa: BLE001 - whatever it says: it is not well yet
            log.info("waiting for the database: %r", error)
        pause = min(2.0, pause * 1.5)


def _may_be_refused(stored: Stored) -> bool:
    """A tap or words, which their reader can repeat. Payments and what Telegram itself says are always taken."""
    return stored.kind == "callback_query" or (stored.kind == "message" and "text" in (stored.body or {}))
