"""Whose turn it is to write on SQLite: the threads of a process in order of arrival, processes at the next gap.

SQLite's own waiting looks again after up to 100 ms, and between two transactions of a busy process there is a gap of
a few milliseconds: it was missed for ten seconds while workers had a backlog, and a reader's tap was not even stored.
"""

import os
import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # where there are no such locks (Windows), SQLite's waiting is what there is
    fcntl = None  # type: ignore[assignment]

LOOK_AGAIN = 0.002  # seconds; shorter than the gap between two transactions


class Threads:
    """A lock that serves in order of arrival: a busy writer must not starve a reader's answer."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._queue: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._guard:
            wait = threading.Event() if self._taken else None
            self._taken = True
            if wait:
                self._queue.append(wait)
        if wait:
            wait.wait()
        try:
            yield
        finally:
            with self._guard:
                if self._queue:
                    self._queue.popleft().set()
                else:
                    self._taken = False


class Processes:
    """A lock on a file, for one thread of this process at a time.

    It only shortens the wait: the kernel frees it when its holder ends, and whoever has waited ``longest`` seconds (a
    holder that stands still), or cannot have the file or its lock, goes on without and leaves the rest to the
    database's own lock.
    """

    def __init__(self, path: Path, *, longest: float) -> None:
        self._longest = longest
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)  # closed with the process

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = self._take()
        try:
            yield
        finally:
            if mine and self._file is not None:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _take(self) -> bool:
        if self._file is None:
            return False
        until = time.monotonic() + self._longest
        while True:
            try:
                # Owned by the process and not by the file handle: a forked worker does not inherit it.
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):  # EAGAIN and EACCES: somebody has it
                if time.monotonic() >= until:
                    return False
            except OSError:  # a file system without locks
                return False
            else:
                return True
            time.sleep(random.uniform(LOOK_AGAIN / 2, LOOK_AGAIN))


_threads = Threads()
_processes: dict[str, Processes] = {}


@contextmanager
def my_turn(database: str, *, longest: float) -> Iterator[None]:
    """Hold the turn to write to the SQLite file ``database`` ("" for one in memory), having waited for it."""
    with _threads.turn():
        if not database or fcntl is None:
            yield
            return
        if database not in _processes:
            _processes[database] = Processes(Path(f"{database}-turn"), longest=longest)
        with _processes[database].turn():
            yield
