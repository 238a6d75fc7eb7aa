"""The porter: one thread that brings events to modules and messages to the sender, in batches of whatever waits.

Any number of processes may have one. Each delivers for the shards it holds (``core/worker.py``); who sends, and how
fast, is agreed in ``core/telegram/senders.py`` and the budget.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from yabot.core import bell, delivery, faults
from yabot.core.telegram import outbox, senders
from yabot.core.telegram.calling import FILE
from yabot.core.telegram.outcome import Claimed, Result
from yabot.core.telegram.sender import Sender
from yabot.core.worker import Worker

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
FORGIVEN_SECONDS = 0.8  # of failing; the second failure is not forgiven
STUCK_SECONDS = 3.0  # for one turn; the largest takes less than one


class Porter(threading.Thread):
    """Ring it and give it results from any thread; it delivers, and calls the sender, from its own."""

    def __init__(self, name: str = "yabot-porter") -> None:
        super().__init__(name=name, daemon=True)
        self._results: deque[Result] = deque()
        self._bells: deque[frozenset[str]] = deque()
        self._rung: set[str] = set()
        self._held_back = False
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._sweep_at = 0.0
        self._sends, self._claims = False, True
        self._claiming = threading.Lock()
        self._broken_since: float | None = None
        self._turn_since: float | None = None
        self.sender: Sender | None = None
        self.worker = Worker()

    # --- what others call ---------------------------------------------------------------------------------------------
    def report(self, result: Result) -> None:
        """A claimed message has an outcome."""
        faults.point("after_send")
        self._results.append(result)
        self._wake.set()

    def ring(self, topics: frozenset[str]) -> None:
        """The doorbell: something was committed for these topics."""
        self._bells.append(topics)
        self._wake.set()

    def take_no_more(self) -> None:
        """Claim no more messages. Returns when those being claimed are with the sender, who then is not idle."""
        with self._claiming:
            self._claims = False

    def stop(self) -> None:
        """Do what waits, then end."""
        self._stopping.set()
        self._wake.set()

    @property
    def healthy(self) -> bool:
        """Whether the database works and answers in time. A single failure is forgiven."""
        now = time.monotonic()
        broken = now - self._broken_since if self._broken_since is not None else 0
        stuck = now - self._turn_since if self._turn_since is not None else 0
        return broken < FORGIVEN_SECONDS and stuck < STUCK_SECONDS

    # --- the thread ---------------------------------------------------------------------------------------------------
    def run(self) -> None:
        """Take turns until stopped. Trouble with the database is waited out; nothing is lost meanwhile."""
        bell.listen(self.ring)
        try:
            while not (self._stopping.is_set() and self._is_idle()):
                self._turn()
        finally:
            bell.forget(self.ring)
            self.worker.stop()
            connection.close()

    def _turn(self) -> None:
        self._turn_since = time.monotonic()
        try:
            busy = self.step()
            self._broken_since = None
        except (DatabaseError, InterfaceError) as error:
            self._broken_since = self._broken_since or time.monotonic()
            log.warning("the database does not work: %s", error)
            connection.close()
            busy = False
            time.sleep(0.5)
        self._turn_since = None
        if not busy and not self._stopping.is_set():
            self._wake.wait(self._patience())
        self._wake.clear()

    def _is_idle(self) -> bool:
        return not self._results

    def _patience(self) -> float:
        patience = min(SWEEP_SECONDS, self._wake_at() - time.monotonic())
        if self.sender and self._held_back:
            patience = min(patience, self.sender.wait())
        return max(0.001, patience)

    def _wake_at(self) -> float:
        return self._sweep_at

    def step(self) -> bool:
        """One turn of everything; whether there was something to do."""
        self._wake.clear()
        self._sweep()
        busy = self._meanwhile()
        for stage in self._stages():
            busy |= stage()
            busy |= self._meanwhile()
        return busy

    def _stages(self) -> tuple[Callable[[], bool], ...]:
        return (self._note_results, self._deliver, self._claim)

    def _meanwhile(self) -> bool:
        """What must not wait for a whole turn; whether there was any."""
        return False

    def _sweep(self) -> None:
        """Once a second: leases, and whatever became due without a bell."""
        if time.monotonic() < self._sweep_at:
            return
        self._sweep_at = time.monotonic() + SWEEP_SECONDS
        close_old_connections()
        self._look_after_others()
        if self.sender is not None:
            self._sends = senders.take_place(self.worker.owner)
            if self._sends:
                outbox.doubt_abandoned(owner=self.worker.owner)
                outbox.retry_doubtful()
        self._rung |= {bell.MESSAGES, *delivery.modules_here()}

    def _look_after_others(self) -> None:
        """What else is done once a second."""

    def _note_results(self) -> bool:
        results = [self._results.popleft() for _ in range(len(self._results))]
        if results:
            faults.point("before_mark")
            try:
                outbox.record(results)
            except DatabaseError:
                self._results.extendleft(reversed(results))
                raise
            self._rung.add(bell.MESSAGES)
        return bool(results)

    def _hear(self) -> None:
        while self._bells:
            self._rung |= self._bells.popleft()

    def _deliver(self) -> bool:
        self._hear()
        modules = [module for module in delivery.modules_here() if module in self._rung]
        if not modules:
            return False
        more: set[str] = set()
        for module in delivery.modules_here():  # in one order: what one announces, the next hears in the same turn
            self._hear()
            if module in self._rung:
                self._rung.discard(module)
                more |= self.worker.work([module])
                self._meanwhile()
        self._rung |= more
        return True

    def _claim(self) -> bool:
        self._hear()
        if self.sender is None or not self._sends or not (bell.MESSAGES in self._rung or self._held_back):
            return False
        with self._claiming:
            return self._claims and self._claim_for(self.sender)

    def _claim_for(self, sender: Sender) -> bool:
        self._rung.discard(bell.MESSAGES)
        claimed = sender.claim(self.worker.owner)
        self._held_back = not claimed and sender.holds_back() and outbox.has_due()
        if claimed:
            self._rung.add(bell.MESSAGES)
            faults.point("after_message_claim")
            sender.send(claimed, _known_files(claimed))
        return bool(claimed)


def _known_files(claimed: Sequence[Claimed]) -> dict[str, str]:
    """The file_ids for the files these messages name; no query when they name none."""
    paths = {
        value.removeprefix(FILE)
        for message in claimed
        if FILE in message.payload
        for value in message.params().values()
        if isinstance(value, str) and value.startswith(FILE)
    }
    return outbox.file_ids(paths) if paths else {}
