"""The porter: one thread that brings events to modules and messages to the sender, in batches of whatever waits.

Any number of processes may have one. Each delivers for the shards it holds (``core/worker.py``); who sends, and how
fast, is agreed in ``core/telegram/senders.py`` and the budget.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import close_old_connections, connection

from yabot.core import bell, clock, delivery, faults
from yabot.core.database import is_away
from yabot.core.redaction import redact
from yabot.core.splitting import run_splitting
from yabot.core.telegram import outbox, senders
from yabot.core.telegram.calling import FILE
from yabot.core.telegram.outcome import Claimed, Outcome, Result
from yabot.core.telegram.sender import Sender
from yabot.core.telegram.stages import Stages
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
        self._work = Stages()
        self.worked_at: datetime | None = None  # the end of the last turn in which nothing failed
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
            if self._work.all_well:
                self.worked_at = clock.now()
        except Exception as error:  # noqa: BLE001 - this thread must not end: nobody would take its place
            self._note_trouble(error)
            busy = False
        self._turn_since = None
        if not busy and not (self._stopping.is_set() and self._is_idle()):
            self._wake.wait(self._patience())
        self._wake.clear()

    def _note_trouble(self, error: Exception) -> None:
        """Say so and wait a little; the rows are there the next time."""
        if is_away(error):
            self._broken_since = self._broken_since or time.monotonic()
            log.warning("the database does not work: %s", error)
        else:
            log.exception("a turn failed")
        connection.close()
        time.sleep(0.5)

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
        busy = self._work.run("the sweep", self._sweep) | self._work.run("what must not wait", self._meanwhile)
        for name, stage in self._stages().items():
            busy |= self._work.run(name, stage)
            busy |= self._work.run("what must not wait", self._meanwhile)
        return busy

    def _stages(self) -> dict[str, Callable[[], bool]]:
        return {"noting outcomes": self._note_results, "delivering": self._deliver, "claiming": self._claim}

    def _meanwhile(self) -> bool:
        """What must not wait for a whole turn; whether there was any."""
        return False

    def _sweep(self) -> bool:
        """Once a second: leases, and whatever became due without a bell."""
        if time.monotonic() < self._sweep_at:
            return False
        self._sweep_at = time.monotonic() + SWEEP_SECONDS
        close_old_connections()
        self._rung |= {bell.MESSAGES, *delivery.modules_here()}
        self._sends = False  # unless this succeeds
        self._sends = self.sender is not None and senders.take_place(self.worker.owner)
        self._look_after_others()
        if self._sends:
            outbox.doubt_abandoned(owner=self.worker.owner)
            outbox.retry_doubtful()
        return False

    def _look_after_others(self) -> None:
        """What else is done once a second."""

    def _note_results(self) -> bool:
        results = [self._results.popleft() for _ in range(len(self._results))]
        if results:
            faults.point("before_mark")
            self._record(results)
            self._rung.add(bell.MESSAGES)
        return bool(results)

    def _record(self, results: Sequence[Result]) -> None:
        """Write down every outcome. What of one cannot be written must not keep the others; it counts as unknown."""
        noted: set[UUID] = set()

        def note(part: Sequence[Result]) -> None:
            outbox.record(part)
            noted.update(result.message.id for result in part)

        def doubt(result: Result, error: Exception) -> None:
            if is_away(error):
                raise error
            log.error("the outcome of message %s cannot be written: %r", result.message.id, error)
            why = redact(f"its outcome could not be written: {error!r}")
            note([Result(result.message, Outcome.UNKNOWN, error=why)])

        try:
            run_splitting(results, note, doubt, lane=lambda result: result.message.id)
        finally:
            self._results.extendleft(result for result in reversed(results) if result.message.id not in noted)

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
                self._work.run(f"delivering to {module}", partial(self._bring, module, more))
                self._work.run("what must not wait", self._meanwhile)
        self._rung |= more
        return True

    def _bring(self, module: str, more: set[str]) -> bool:
        more |= self.worker.work([module])
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
            self._hand_over(sender, claimed)
        return bool(claimed)

    def _hand_over(self, sender: Sender, claimed: list[Claimed]) -> None:
        """Give the sender what was claimed; what it did not get goes later, for nobody else may claim it now."""
        try:
            sender.send(claimed, _known_files(claimed))
        except Exception as error:
            kept = [message for message in claimed if sender.find(message.id) is None]
            self._results.extend(Result(message, Outcome.LATER, error=redact(repr(error))) for message in kept)
            raise


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
