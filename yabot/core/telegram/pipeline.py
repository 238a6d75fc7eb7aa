"""The pipeline: one thread that does all the database work of the hot path, in batches of whatever waits.

Storing updates, the raw lane, delivering events, claiming messages and noting what became of them each commit once
for everything that has gathered meanwhile. On SQLite, one batching writer beats any number of writers.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from yabot.core import bell, health, leases
from yabot.core.health import Beat
from yabot.core.telegram.inbox import Stored
from yabot.core.telegram.intake import Intake, Mark
from yabot.core.telegram.lane import RawHandler
from yabot.core.telegram.porter import Porter

LOOK_SECONDS = 0.05  # one indexed query; what a webhook stored waits half of it on average
INBOX_LEASE = "inbox"


class Pipeline(Porter):
    """A porter that also takes updates: feed it from any thread; it calls ``dispatch`` from its own.

    ``looks``: others store the updates (the webhook); look for them in the inbox, alone, instead of being fed.
    """

    def __init__(
        self,
        *,
        raw: Mapping[str, RawHandler],
        dispatch: Callable[[list[Stored]], object],
        handled: frozenset[str],
        looks: bool = False,
    ) -> None:
        super().__init__("yabot-pipeline")
        self._intake = Intake(raw=raw, dispatch=dispatch, handled=handled)
        self._looks, self._may_look, self._look_at = looks, False, 0.0
        self._recovered = False
        self._beats: dict[str, Beat] = {}

    # --- what others call ---------------------------------------------------------------------------------------------
    def store(self, updates: Sequence[Any]) -> Future[int]:
        """Have a batch of updates stored; the future is done when they are committed."""
        future = self._intake.store(updates)
        self._wake.set()
        return future

    def mark(self, mark: Mark) -> None:
        """An update given to ``dispatch`` is finished."""
        self._intake.mark(mark)
        self._wake.set()

    def beat(self, beat: Beat) -> None:
        """A part of the process says how it is; written with the next sweep."""
        self._beats[beat.name] = beat

    @property
    def backlog(self) -> int:
        """How many stored updates wait for the raw lane."""
        return self._intake.backlog

    # --- the thread ---------------------------------------------------------------------------------------------------
    def _is_idle(self) -> bool:
        return self._intake.is_idle and super()._is_idle()

    def _wake_at(self) -> float:
        return min(self._sweep_at, self._look_at) if self._may_look else self._sweep_at

    def _stages(self) -> dict[str, Callable[[], bool]]:
        incoming = {
            "noting updates": self._intake.note_marks,
            "looking for updates": self._look,
            "handling updates": self._intake.run_raw,
        }
        outcomes, *rest = super()._stages().items()
        return dict([outcomes, *incoming.items(), *rest])

    def _meanwhile(self) -> bool:
        """Telegram gives 100 at a time, and waits for this before it gives more."""
        return self._intake.store_incoming()

    def _look_after_others(self) -> None:
        if self._looks:
            self._may_look = leases.take(INBOX_LEASE, self.worker.owner, seconds=15)
        elif not self._recovered:
            self._intake.recover()
            self._recovered = True
        beats = [self._beats.pop(name) for name in list(self._beats)]
        try:
            health.note(beats)
        except Exception:
            for beat in beats:
                self._beats.setdefault(beat.name, beat)  # unless something newer was said meanwhile
            raise

    def _look(self) -> bool:
        """Take up what webhooks have stored: after a bell, and otherwise a few times a second."""
        self._hear()
        rung = bell.INBOX in self._rung
        self._rung.discard(bell.INBOX)
        if not self._may_look or self._stopping.is_set() or not (rung or time.monotonic() >= self._look_at):
            return False
        self._look_at = time.monotonic() + LOOK_SECONDS
        return self._intake.find()
