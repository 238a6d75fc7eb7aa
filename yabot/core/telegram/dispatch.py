"""The answering lane: commands, buttons and text through PTB's Application, one person's updates in order."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any

from telegram import Update
from telegram.ext import Application

from yabot.core import correlation, faults
from yabot.core.models import UpdateState
from yabot.core.telegram.inbox import Stored
from yabot.core.telegram.intake import Mark

log = logging.getLogger(__name__)

WIDTH = 64


class Dispatcher:
    """Runs each person's updates one after the other and different people's side by side."""

    def __init__(self, application: Application[Any, Any, Any, Any, Any, Any], mark: Callable[[Mark], object]) -> None:
        self._application = application
        self._mark = mark
        self._lanes: defaultdict[int, deque[Stored]] = defaultdict(deque)
        self._tasks: set[asyncio.Task[None]] = set()
        self._width = asyncio.Semaphore(WIDTH)

    def submit(self, updates: Sequence[Stored]) -> None:
        """Take these updates. On the loop's thread."""
        for stored in updates:
            lane = self._lanes[stored.lane]
            lane.append(stored)
            if len(lane) == 1:
                task = asyncio.create_task(self._run(stored.lane))
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
                self._mark(await self._handle(lane[0]))
            lane.popleft()
        del self._lanes[key]

    async def _handle(self, stored: Stored) -> Mark:
        """Have one update handled; a bad one is failed with its reason and stops nobody."""
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
        if error is not None:
            return Mark(stored.id, UpdateState.FAILED, f"{type(error).__name__}: {error}")
        return Mark(stored.id, UpdateState.DONE)
