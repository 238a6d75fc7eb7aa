"""One rate budget for all processes that send: kept in Redis, asked and spent in one atomic step (``budget.lua``).

While Redis is away each sender goes on with its share of the rates, after a second in which it sends nothing. When
Redis is back, with its memory or without, the budget begins with a second in which nobody sends: so no second ever
gets more than the rates allow, at the price of a short pause.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from yabot.core.redaction import redact
from yabot.core.telegram.budget import RateBudget, Rates

log = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_name("budget.lua").read_text()
PATIENCE = 0.5  # seconds the claiming thread waits for Redis
AGAIN_SECONDS = 1.0  # after a failure, before Redis is asked again
SETTLING_SECONDS = 1.0
MOST_TOLD = 1000  # spends and pauses that wait to be told; more are told by nobody while Redis is slow


class SharedBudget(RateBudget):
    """What this process knows of the budget is its own sends; what may go now, Redis says.

    ``senders`` counts the processes that share the rates while Redis is away; it may ask the database, and is called
    by ``grant`` only.
    """

    def __init__(
        self,
        rates: Rates,
        client: Any,
        *,
        bot: str,
        senders: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        server_time: Callable[[], int] = lambda: 0,
    ) -> None:
        """``server_time`` in microseconds; 0 is Redis's own."""
        super().__init__(rates, clock)
        self._full = rates
        self._senders = senders
        self._server_time = server_time
        self._prefix = f"budget:{bot}:"
        self._run = client.register_script(SCRIPT)
        self._full_until = 0.0
        self._away_since: float | None = None
        self._ask_at = 0.0
        self._teller = ThreadPoolExecutor(max_workers=1, thread_name_prefix="yabot-budget")
        self._told = 0

    def room(self) -> int:
        """How many messages may go now over all, as far as this process knows."""
        return 0 if self._clock() < self._full_until else super().room()

    def wait(self) -> float | None:
        """Seconds until something may go that is held back now."""
        known = super().wait()
        full = self._full_until - self._clock()
        return known if full <= 0 else min(full, known) if known is not None else full

    def grant(self, chats: Sequence[int]) -> list[int]:
        """Those of these chats to which a message may go now, and does: it is spent, for every process."""
        if self._full.lifted:
            return list(chats)
        if self._clock() >= self._ask_at:
            try:
                return self._heed(self._ask("grant", self._full.rest_us, chats))
            except Exception as error:  # noqa: BLE001 - Redis may fail in any way; sending goes on more slowly
                self._lose(error)
        return self._grant_share(chats)

    def spend(self, chat_id: int) -> None:
        """A message goes to this chat now, whatever the budget says: an answer. The others are told of it."""
        super().spend(chat_id)
        self._tell("spend", self._full.rest_us, chat_id)

    def pause(self, chat_id: int, seconds: float) -> None:
        """Telegram said ``retry_after``: every process leaves this chat alone for so long."""
        super().pause(chat_id, seconds)
        self._tell("pause", int(seconds * 1_000_000), chat_id)

    # --- Redis --------------------------------------------------------------------------------------------------------
    def _ask(self, what: str, rest_us: int, chats: Sequence[int]) -> list[Any]:
        begin = int(self._away_since is not None)
        rates = (max(1, int(self._full.overall)), rest_us, int(self._full.per_group_minute))
        answer: list[Any] = self._run(args=[self._prefix, what, begin, self._server_time(), *rates, *chats])
        self._find()
        return answer

    def _heed(self, answer: Sequence[Any]) -> list[int]:
        """Remember what may not go yet; what may."""
        wait, count, *rest = (int(part) for part in answer)
        granted, resting = rest[:count], rest[count:]
        for chat_id in granted:
            super().spend(chat_id)
        for chat_id, micros in zip(resting[::2], resting[1::2], strict=True):
            super().pause(chat_id, micros / 1_000_000)
        if wait:
            self._full_until = self._clock() + wait / 1_000_000
        return granted

    def _tell(self, what: str, rest_us: int, chat_id: int) -> None:
        """Let Redis know, without waiting for it."""
        if self._full.lifted or self._told >= MOST_TOLD or self._clock() < self._ask_at:
            return
        self._told += 1
        self._teller.submit(self._tell_now, what, rest_us, chat_id)

    def _tell_now(self, what: str, rest_us: int, chat_id: int) -> None:
        self._told -= 1
        try:
            self._ask(what, rest_us, [chat_id])
        except Exception as error:  # noqa: BLE001 - as above
            self._lose(error)

    # --- while Redis is away ------------------------------------------------------------------------------------------
    def _lose(self, error: Exception) -> None:
        now = self._clock()
        self._ask_at = now + AGAIN_SECONDS
        if self._away_since is None:
            self._away_since = now
            self._full_until = now + SETTLING_SECONDS
            log.warning("each process sends at its share of the rate for now: %s", redact(repr(error)))

    def _find(self) -> None:
        self._away_since = None
        self._rates = self._full

    def _grant_share(self, chats: Sequence[int]) -> list[int]:
        """What this process may send by itself, when all share the rates fairly."""
        self._rates = self._full.shared_by(self._senders())
        if self._clock() < self._full_until:
            return []
        with self._lock:
            granted = [chat_id for chat_id in chats if chat_id not in self.resting()][: self.room()]
            for chat_id in granted:
                super().spend(chat_id)
        return granted
