"""The queue of updates that waits for the bot, delivered until confirmed."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from yabot.sandbox.clock import first_number
from yabot.sandbox.refusals import Refusal
from yabot.sandbox.wire import JSON, dumps, loads

KEPT_UPDATES = 20_000
LEFT_OUT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(slots=True, eq=False)
class Update:
    """An update as it left: its body is fixed at the moment the thing happened."""

    id: int
    kind: str
    body: bytes


class UpdateQueue:
    """Updates in order. ``allowed`` is what the bot last asked for; None is Telegram's default."""

    def __init__(self) -> None:
        self.next_id = first_number()
        self.allowed: frozenset[str] | None = None
        self.pending: deque[Update] = deque()
        self.recent: deque[Update] = deque(maxlen=KEPT_UPDATES)
        self.confirmed_id = 0
        self._poller: asyncio.Future[None] | None = None
        self._read: list[asyncio.Future[None]] = []
        self.arrived = asyncio.Event()

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for this kind of update."""
        return kind not in LEFT_OUT_BY_DEFAULT if self.allowed is None else kind in self.allowed

    def allow(self, kinds: Iterable[str]) -> None:
        """Remember which kinds the bot wants; an empty list is the default again."""
        self.allowed = frozenset(kinds) or None

    def add(self, kind: str, payload: JSON) -> Update | None:
        """Queue an update; None when the bot did not ask for such updates."""
        return self.add_raw({kind: payload}) if self.wants(kind) else None

    def add_raw(self, fields: JSON) -> Update:
        """Queue whatever is given, under the next id unless it brings its own."""
        given = fields.get("update_id")
        update_id = given if isinstance(given, int) else self.next_id
        self.next_id = max(self.next_id, update_id) + 1
        kind = next((name for name in fields if name != "update_id"), "")
        update = Update(update_id, kind, dumps({"update_id": update_id, **fields}))
        self.pending.append(update)
        self.recent.append(update)
        self.arrived.set()
        if self._poller and not self._poller.done():
            self._poller.set_result(None)
        return update

    def confirm(self, offset: int) -> None:
        """Forget everything below the offset; a negative one keeps only the last updates."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.forget(self.pending[0])
        while self.pending and self.pending[0].id < offset:
            self.forget(self.pending[0])

    def forget(self, update: Update) -> None:
        """The bot has it: never deliver it again."""
        self.pending.remove(update)
        self.confirmed_id = max(self.confirmed_id, update.id)
        if not self.pending:
            self.arrived.clear()
            for waiter in self._read:
                if not waiter.done():
                    waiter.set_result(None)
            self._read.clear()

    def drop_all(self) -> None:
        """Forget everything that waits."""
        while self.pending:
            self.forget(self.pending[0])

    async def poll(self, limit: int, timeout: float) -> list[bytes]:
        """The next updates, after waiting up to ``timeout``. A second poller ends the first with 409."""
        if self._poller and not self._poller.done():
            self._poller.set_exception(Refusal(409, TERMINATED))
        if not self.pending and timeout > 0:
            await self._wait_as_poller(timeout)
        return [update.body for _, update in zip(range(limit), self.pending, strict=False)]

    async def _wait_as_poller(self, timeout: float) -> None:
        mine = self._poller = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait({mine}, timeout=timeout)
        finally:
            if self._poller is mine:
                self._poller = None
        if mine.done():
            mine.result()

    async def wait_until_read(self, timeout: float) -> bool:
        """Whether every update was confirmed within the time."""
        if self.pending:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._read.append(waiter)
            await asyncio.wait({waiter}, timeout=timeout)
        return not self.pending

    def stored(self) -> JSON:
        """What the state file keeps."""
        waiting = [loads(update.body) for update in self.pending]
        allowed = sorted(self.allowed) if self.allowed is not None else None
        return {"next_id": self.next_id, "allowed": allowed, "pending": waiting}

    def restore(self, saved: JSON) -> None:
        """Take over what ``stored`` wrote; new ids stay above the clock, whatever was lost."""
        for fields in saved["pending"]:
            self.add_raw(fields)
        self.next_id = max(saved["next_id"], self.next_id, first_number())
        self.allowed = frozenset(saved["allowed"]) if saved["allowed"] is not None else None
