"""The pipeline: one thread that does all the database work of the hot path, in batches of whatever waits.

Storing updates, the raw lane, delivering events, claiming messages and noting what became of them each commit once
for everything that has gathered meanwhile. On SQLite, one batching writer beats any number of writers.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from yabot.core import bell, delivery, faults, health, leases
from yabot.core.health import Beat
from yabot.core.telegram import outbox
from yabot.core.telegram.calling import FILE
from yabot.core.telegram.inbox import Stored
from yabot.core.telegram.intake import Intake, Mark
from yabot.core.telegram.lane import RawHandler
from yabot.core.telegram.outcome import Claimed, Result
from yabot.core.telegram.sender import Sender
from yabot.core.worker import Worker

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
FORGIVEN_SECONDS = 0.8  # of failing; the second failure is not forgiven
STUCK_SECONDS = 3.0  # for one turn; the largest takes less than one
LOOK_SECONDS = 0.05  # one indexed query; what a webhook stored waits half of it on average
SENDER_LEASE = "sender"
INBOX_LEASE = "inbox"


class Pipeline(threading.Thread):
    """Feed it updates and results from any thread; it calls ``dispatch`` and the sender from its own.

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
        super().__init__(name="yabot-pipeline", daemon=True)
        self._intake = Intake(raw=raw, dispatch=dispatch, handled=handled)
        self._looks, self._may_look, self._look_at = looks, False, 0.0
        self._results: deque[Result] = deque()
        self._bells: deque[frozenset[str]] = deque()
        self._rung: set[str] = set()
        self._recovered = self._held_back = False
        self._beats: dict[str, Beat] = {}
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
    def store(self, updates: Sequence[Any]) -> Future[int]:
        """Have a batch of updates stored; the future is done when they are committed."""
        future = self._intake.store(updates)
        self._wake.set()
        return future

    def report(self, result: Result) -> None:
        """A claimed message has an outcome."""
        faults.point("after_send")
        self._results.append(result)
        self._wake.set()

    def mark(self, mark: Mark) -> None:
        """An update given to ``dispatch`` is finished."""
        self._intake.mark(mark)
        self._wake.set()

    def ring(self, topics: frozenset[str]) -> None:
        """The doorbell: something was committed for these topics."""
        self._bells.append(topics)
        self._wake.set()

    def beat(self, beat: Beat) -> None:
        """A part of the process says how it is; written with the next sweep."""
        self._beats[beat.name] = beat

    @property
    def backlog(self) -> int:
        """How many stored updates wait for the raw lane."""
        return self._intake.backlog

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
        return self._intake.is_idle and not self._results

    def _patience(self) -> float:
        wake_at = min(self._sweep_at, self._look_at) if self._may_look else self._sweep_at
        patience = min(SWEEP_SECONDS, wake_at - time.monotonic())
        if self.sender and self._held_back:
            patience = min(patience, self.sender.wait())
        return max(0.001, patience)

    def step(self) -> bool:
        """One turn of everything; whether there was something to do."""
        self._wake.clear()
        self._sweep()
        stages = (self._note_results, self._intake.note_marks, self._look, self._intake.run_raw, self._deliver)
        busy = self._intake.store_incoming()
        for stage in (*stages, self._claim):
            busy |= stage()
            busy |= (
                self._intake.store_incoming()
            )  # Telegram gives 100 at a time, and waits for this before it gives more
        return busy

    def _sweep(self) -> None:
        """Once a second: leases, and whatever became due without a bell."""
        if time.monotonic() < self._sweep_at:
            return
        self._sweep_at = time.monotonic() + SWEEP_SECONDS
        close_old_connections()
        if self._looks:
            self._may_look = leases.take(INBOX_LEASE, self.worker.owner, seconds=15)
        elif not self._recovered:
            self._intake.recover()
            self._recovered = True
        health.note(list(self._beats.values()))
        self._beats.clear()
        if self.sender is not None:
            self._sends = leases.take(SENDER_LEASE, self.worker.owner, seconds=15)
            if self._sends:
                outbox.doubt_abandoned(owner=self.worker.owner)
                outbox.retry_doubtful()
        self._rung |= {bell.MESSAGES, *delivery.modules_here()}

    def _look(self) -> bool:
        """Take up what webhooks have stored: after a bell, and otherwise a few times a second."""
        self._hear()
        rung = bell.INBOX in self._rung
        self._rung.discard(bell.INBOX)
        if not self._may_look or self._stopping.is_set() or not (rung or time.monotonic() >= self._look_at):
            return False
        self._look_at = time.monotonic() + LOOK_SECONDS
        return self._intake.find()

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
                self._intake.store_incoming()
        self._rung |= more
        return True

    def _claim(self) -> bool:
        self._hear()
        if self.sender is None or not self._sends or not (bell.MESSAGES in self._rung or self._held_back):
            return False
        with self._claiming:
            return self._claims and self._claim_for(self.sender)

    def _claim_for(self, sender: Sender) -> bool:
        room, resting = sender.room(), sender.resting()
        self._rung.discard(bell.MESSAGES)
        claimed = outbox.claim(owner=self.worker.owner, limit=room, resting=resting) if room > 0 else []
        self._held_back = not claimed and (room <= 0 or bool(resting)) and outbox.has_due()
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
