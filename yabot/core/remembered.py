"""What is asked all the time and changes seldom: read now and then, and never older than a change in this process."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from yabot.core import clock
from yabot.core.transactions import on_commit

T = TypeVar("T")


class Remembered(Generic[T]):
    """A value that is at most ``fresh`` old; another process's change is seen after that time at the latest.

    Call it for the value. Connect ``changed`` to the signals of the models it is read from.
    """

    def __init__(self, read: Callable[[], T], *, fresh: timedelta) -> None:
        self.fresh = fresh
        self._read = read
        self._lock = threading.Lock()
        self._kept: tuple[datetime, T] | None = None
        self._changes = 0

    def __call__(self) -> T:
        """The value: as it was read within the last ``fresh``, or read now."""
        with self._lock:
            kept, changes, now = self._kept, self._changes, clock.now()
        if kept is not None and kept[0] <= now < kept[0] + self.fresh:
            return kept[1]
        value = self._read()
        with self._lock:
            if changes == self._changes:  # or it may have been read before a change that is known already
                self._kept = now, value
        return value

    def forget(self, **_: object) -> None:
        """Read it again next time."""
        with self._lock:
            self._changes += 1
            self._kept = None

    def changed(self, **_: object) -> None:
        """The same now and after the commit: whoever reads before that reads what was."""
        self.forget()
        on_commit(self.forget)

    def pretend(self, value: T) -> None:
        """Take this for the value, as a process does that has not looked since."""
        with self._lock:
            self._kept = clock.now(), value
