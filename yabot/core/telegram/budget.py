"""How fast the bot may speak.

Telegram's limits (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this): about 30 messages
a second over all, one a second in one chat, 20 a minute in one group. A refusal with ``retry_after`` pauses that chat
only.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages a second over all (0 lifts every limit) and in one chat, messages a minute in one group."""

    overall: float = 30
    per_chat: float = 1
    per_group_minute: float = 20

    @property
    def lifted(self) -> bool:
        """Whether there is no budget at all."""
        return self.overall == 0

    @property
    def rest_us(self) -> int:
        """Microseconds of rest in a chat after each message."""
        return int(1_000_000 / self.per_chat)

    def shared_by(self, senders: int) -> "Rates":
        """Each one's share, when so many senders cannot ask each other."""
        count = max(1, senders)
        return Rates(self.overall / count, self.per_chat / count, self.per_group_minute / count)


class RateBudget:
    """Sliding windows over the moments of sending. ``clock`` gives seconds that never jump (time.monotonic).

    Safe to use from the claiming thread and the event loop at once.
    """

    def __init__(self, rates: Rates, clock: Callable[[], float]) -> None:
        self._rates = rates
        self._clock = clock
        self._recent: deque[float] = deque()
        self._next: dict[int, float] = {}
        self._group: dict[int, deque[float]] = {}
        self._lock = threading.RLock()

    def room(self) -> int:
        """How many messages may go now over all."""
        if self._rates.lifted:
            return 1_000_000
        with self._lock:
            self._forget(self._recent, 1.0)
            return max(0, int(max(1, self._rates.overall)) - len(self._recent))

    def resting(self) -> list[int]:
        """The chats that must not be written to yet."""
        now = self._clock()
        with self._lock:
            for chat_id in [chat for chat, moment in self._next.items() if moment <= now]:
                del self._next[chat_id]
            return list(self._next)

    def wait(self) -> float | None:
        """Seconds until the next chat wakes or the next message may go; None when nothing holds anything back."""
        with self._lock:
            moments = [*self._next.values()]
            if self._recent and self.room() == 0:
                moments.append(self._recent[0] + 1.0)
        return max(0.0, min(moments) - self._clock()) if moments else None

    def spend(self, chat_id: int) -> None:
        """A message goes to this chat now. Also told for answers, which are sent at once and never refused here."""
        if self._rates.lifted:
            return
        now = self._clock()
        with self._lock:
            self._recent.append(now)
            rest = 1 / self._rates.per_chat
            if chat_id < 0:
                rest = max(rest, self._group_rest(chat_id, now))
            self._next[chat_id] = max(self._next.get(chat_id, 0), now + rest)

    def _group_rest(self, chat_id: int, now: float) -> float:
        """Seconds a group must rest after a message that goes now."""
        window = self._group.setdefault(chat_id, deque())
        self._forget(window, 60.0)
        window.append(now)
        return window[0] + 60.0 - now if len(window) >= self._rates.per_group_minute else 0

    def pause(self, chat_id: int, seconds: float) -> None:
        """Telegram said ``retry_after``: leave this chat alone for so long, and no other."""
        with self._lock:
            self._next[chat_id] = max(self._next.get(chat_id, 0), self._clock() + seconds)

    def _forget(self, moments: deque[float], seconds: float) -> None:
        oldest = self._clock() - seconds
        while moments and moments[0] <= oldest:
            moments.popleft()
