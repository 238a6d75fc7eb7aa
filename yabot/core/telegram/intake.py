"""The inbox's side of the pipeline: stores what the poller brings, finds what the webhook stored, sorts and marks it.

Everything here runs on the pipeline's thread, except ``store`` and ``mark``, which hand over from any thread.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from yabot.core import faults
from yabot.core.models import UpdateState
from yabot.core.telegram import inbox
from yabot.core.telegram.inbox import Stored
from yabot.core.telegram.lane import RawHandler, run_raw

RAW_BATCH = 400
MOST_IN_HAND = 2_000  # updates of other processes that are worked on at once; the rest waits in its rows


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of an update outside the raw lane."""

    id: int
    state: UpdateState
    error: str = ""


class Intake:
    """Updates from the moment they are stored until they are marked."""

    def __init__(
        self,
        *,
        raw: Mapping[str, RawHandler],
        dispatch: Callable[[list[Stored]], object],
        handled: frozenset[str],
    ) -> None:
        self._raw, self._dispatch, self._handled = raw, dispatch, handled
        self._incoming: deque[tuple[Sequence[Any], Future[int]]] = deque()
        self._backlog: deque[Stored] = deque()
        self._marks: deque[Mark] = deque()
        self._in_hand: set[int] = set()
        self._in_doubt = False  # whether a commit may have happened whose answer was lost

    @property
    def backlog(self) -> int:
        """How many stored updates wait for the raw lane."""
        return len(self._backlog)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be stored or marked."""
        return not (self._incoming or self._marks)

    # --- from any thread ----------------------------------------------------------------------------------------------
    def store(self, updates: Sequence[Any]) -> Future[int]:
        """Have a batch of updates stored; the future is done when they are committed."""
        future: Future[int] = Future()
        self._incoming.append((updates, future))
        return future

    def mark(self, mark: Mark) -> None:
        """An update given to ``dispatch`` is finished."""
        self._marks.append(mark)

    # --- on the pipeline's thread -------------------------------------------------------------------------------------
    def store_incoming(self) -> bool:
        """Commit what was handed over, and sort it in; whether there was anything."""
        batches = [self._incoming.popleft() for _ in range(len(self._incoming))]
        if not batches:
            return False
        try:
            new = inbox.store([update for updates, _ in batches for update in updates])
            if self._in_doubt:  # what was stored then is known now, and nobody has it in hand
                new = self._left_behind()
                self._in_doubt = False
        except BaseException as error:
            self._in_doubt = True
            for _, future in batches:
                if future.set_running_or_notify_cancel():
                    future.set_exception(error)
            raise
        faults.point("after_inbox_commit")
        for updates, future in batches:
            if future.set_running_or_notify_cancel():  # the poller may have been stopped meanwhile
                future.set_result(len(updates))
        self._sort_in(new)
        return True

    def recover(self) -> None:
        """Take up everything that was stored and not done: at the start of a poller, which keeps this bounded."""
        self._sort_in(self._left_behind())

    def _left_behind(self) -> list[Stored]:
        """What was stored and not done, and nobody here is at it."""
        return [stored for stored in inbox.waiting() if stored.id not in self._in_hand]

    def find(self) -> bool:
        """Take up what other processes have stored, oldest first, up to what is good to have in hand; whether any."""
        found = inbox.waiting_besides(self._in_hand, limit=MOST_IN_HAND)
        self._sort_in(found)
        return bool(found)

    def run_raw(self) -> bool:
        """One batch of the raw lane; whether anything of it was done."""
        batch = [self._backlog.popleft() for _ in range(min(RAW_BATCH, len(self._backlog)))]
        left: list[Stored] = []
        try:
            for kind, group in groupby(batch, key=_by_kind):  # in their order: rights come before what needs them
                updates = list(group)
                left += updates if left else run_raw(self._raw[kind], updates)
        except Exception:
            self._backlog.extendleft(reversed(batch))  # done ones are new to nobody: their effects have keys
            raise
        self._backlog.extendleft(reversed(left))
        self._in_hand.difference_update({stored.id for stored in batch}.difference(stored.id for stored in left))
        return len(left) < len(batch)

    def note_marks(self) -> bool:
        """Write down what became of dispatched updates; whether there was anything."""
        marks = [self._marks.popleft() for _ in range(len(self._marks))]
        by_outcome: dict[tuple[UpdateState, str], list[int]] = {}
        for mark in marks:
            by_outcome.setdefault((mark.state, mark.error), []).append(mark.id)
        try:
            for (state, error), ids in by_outcome.items():
                inbox.mark(ids, state, error)
        except Exception:
            self._marks.extendleft(reversed(marks))
            raise
        self._in_hand.difference_update(mark.id for mark in marks)
        return bool(marks)

    def _sort_in(self, new: Sequence[Stored]) -> None:
        """Masses to the raw lane, what wants an answer to ``dispatch``, the rest is ignored."""
        self._in_hand.update(stored.id for stored in new)
        self._backlog.extend(stored for stored in new if stored.kind in self._raw)
        direct = [stored for stored in new if stored.kind in self._handled]
        if direct:
            self._dispatch(direct)
        for stored in new:
            if stored.kind not in self._raw and stored.kind not in self._handled:
                bad = stored.kind == "malformed" or stored.id < 0
                state = UpdateState.FAILED if bad else UpdateState.IGNORED
                self._marks.append(Mark(stored.id, state, "not a Telegram update" if bad else ""))


def _by_kind(stored: Stored) -> str:
    return stored.kind
