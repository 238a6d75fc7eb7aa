"""Who sends: on the event loop of this process, or in a process of its own.

Sending costs as much processor time as everything the database does for a message. In a process of its own it has a
core of its own; the rows decide what is sent, so nothing depends on which of the two it is.
"""

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Protocol
from uuid import UUID

import orjson
from django.conf import settings

from yabot.core.metrics import Kind, Operation, record
from yabot.core.telegram import outbox
from yabot.core.telegram.budget import RateBudget
from yabot.core.telegram.calling import perform
from yabot.core.telegram.client import BotApi
from yabot.core.telegram.outcome import Claimed, Outcome, Result
from yabot.core.telegram.shared_budget import SharedBudget

log = logging.getLogger(__name__)

WIDTH = 1000  # messages under way at once; the connections they share are fewer
Report = Callable[[Result], object]


class Carrier(Protocol):
    """Takes messages and reports an outcome for each, some time."""

    def carry(self, claimed: list[Claimed], files: Mapping[str, str]) -> None:
        """Send these. Called from the claiming thread."""
        ...

    def stop(self, seconds: float) -> None:
        """Wait up to ``seconds`` for what is under way; everything has an outcome then."""
        ...


class Sender:
    """The claiming side: how much may go now, to whom, and what is under way."""

    def __init__(self, budget: RateBudget, report: Report) -> None:
        self._budget = budget
        self._report = report
        self._under_way: dict[UUID, Claimed] = {}
        self._begun: dict[UUID, float] = {}
        self._busy: set[int] = set()
        self._idle = threading.Event()
        self._idle.set()
        self._in_doubt: set[UUID] = set()  # a claim failed: taken or not, they were not sent
        self.carrier: Carrier | None = None

    def room(self) -> int:
        """How many more messages may be claimed now."""
        return min(WIDTH - len(self._under_way), self._budget.room())

    def wait(self) -> float:
        """Seconds until the budget lets something go that it holds back now."""
        wait = self._budget.wait()
        return 1.0 if wait is None else wait

    def resting(self) -> set[int]:
        """The chats no message may be claimed for: paused ones and those being written to."""
        return {*self._budget.resting(), *self._busy.copy()}

    def claim(self, owner: str) -> list[Claimed]:
        """Take what may go now; it has to be sent. What an earlier claim took without hearing so goes back first."""
        if self._in_doubt:
            outbox.give_back(owner=owner, ids=self._in_doubt)
            self._in_doubt.clear()
        room, resting = self.room(), self.resting()
        if room <= 0:
            return []
        doubt, budget = self._in_doubt.update, self._budget
        if isinstance(budget, SharedBudget):
            claimed = outbox.claim_granted(owner=owner, limit=room, resting=resting, grant=budget.grant, trying=doubt)
        else:
            claimed = outbox.claim(owner=owner, limit=room, resting=resting, trying=doubt)
        self._in_doubt.clear()
        return claimed

    def holds_back(self) -> bool:
        """Whether somebody has to wait for a chat, or for everybody."""
        return self.room() <= 0 or bool(self.resting())

    def send(self, claimed: list[Claimed], files: Mapping[str, str]) -> None:
        """These go now."""
        assert self.carrier is not None
        self._idle.clear()
        now = perf_counter()
        for message in claimed:
            self._begun[message.id] = now
            if not isinstance(self._budget, SharedBudget):  # it has spent what it granted
                self._budget.spend(message.chat_id)
            self._busy.add(message.chat_id)
            self._under_way[message.id] = message
        self.carrier.carry(claimed, files)

    def finished(self, result: Result) -> None:
        """A message has its outcome. From any thread; a second outcome for the same message is no news."""
        if self._under_way.pop(result.message.id, None) is None:
            return
        _note(result, self._begun.pop(result.message.id, 0.0))
        if result.retry_after:
            self._budget.pause(result.message.chat_id, result.retry_after)
        self._busy.discard(result.message.chat_id)
        self._report(result)
        if not self._under_way:
            self._idle.set()

    def lost(self, why: str) -> None:
        """The carrier broke: whatever was under way may have arrived."""
        for message in list(self._under_way.values()):
            self.finished(Result(message, Outcome.UNKNOWN, error=why))

    def find(self, message_id: UUID) -> Claimed | None:
        """The message under way with this id."""
        return self._under_way.get(message_id)

    def drain(self, seconds: float) -> None:
        """Wait until everything under way has an outcome; what has none after ``seconds`` is unknown."""
        self._idle.wait(seconds)
        if self.carrier is not None:
            self.carrier.stop(1.0)
        self.lost("the process was stopped while sending")


def _note(result: Result, begun: float) -> None:
    message = result.message
    error = None if result.outcome is Outcome.SENT else f"{result.outcome.value}: {result.error}"
    ms = (perf_counter() - begun) * 1000
    record(Operation(Kind.SEND, "core", message.method), ms, error=error, chain=message.correlation_id)


class LoopCarrier:
    """Sends on the event loop of this process."""

    def __init__(self, sender: Sender, api: BotApi, loop: asyncio.AbstractEventLoop) -> None:
        self._sender, self._api, self._loop = sender, api, loop
        self._tasks: set[asyncio.Task[None]] = set()

    def carry(self, claimed: list[Claimed], files: Mapping[str, str]) -> None:
        """Send these. Called from the claiming thread."""
        self._loop.call_soon_threadsafe(self._start, claimed, files)

    def stop(self, seconds: float) -> None:
        """Nothing of its own to end: its loop ends with the process."""

    def _start(self, claimed: list[Claimed], files: Mapping[str, str]) -> None:
        for message in claimed:
            task = asyncio.create_task(self._send(message, files))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, message: Claimed, files: Mapping[str, str]) -> None:
        self._sender.finished(await perform(self._api, message, files, Path(settings.MEDIA_ROOT)))


class ProcessCarrier:
    """Sends in a child process, spoken with in lines of JSON; a child that dies is replaced."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._child: subprocess.Popen[bytes] | None = None
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-m", "yabot.core.telegram.sending"]
        environment = {
            **os.environ,
            "TELEGRAM_TOKEN": settings.TELEGRAM_TOKEN,
            "TELEGRAM_API_URL": settings.TELEGRAM_API_URL,
            "YABOT_MEDIA": str(settings.MEDIA_ROOT),
        }
        self._child = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=settings.BASE_DIR
        )
        threading.Thread(target=self._listen, args=(self._child,), name="yabot-sender", daemon=True).start()

    def carry(self, claimed: list[Claimed], files: Mapping[str, str]) -> None:
        """Send these. Called from the claiming thread."""
        try:
            if self._child is None or self._child.poll() is not None:
                self._start()
            assert self._child is not None and self._child.stdin is not None
            self._child.stdin.write(orjson.dumps({"messages": claimed, "files": files}) + b"\n")
            self._child.stdin.flush()
        except OSError:
            self._sender.lost("the sending process ended")

    def _listen(self, child: "subprocess.Popen[bytes]") -> None:
        assert child.stdout is not None
        for line in child.stdout:
            for told in orjson.loads(line):
                message = self._sender.find(UUID(told["id"]))
                if message is not None:
                    self._sender.finished(Result.from_wire(told, message))
        if child.wait() != 0:
            log.warning("the sending process ended with code %s; another is started when needed", child.returncode)
            self._sender.lost("the sending process ended")

    def stop(self, seconds: float) -> None:
        """Close the child's ear: it ends by itself, or is ended."""
        child, self._child = self._child, None
        if child is None or child.stdin is None:
            return
        child.stdin.close()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
