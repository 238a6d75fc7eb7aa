"""Processes that run together: started in order, watched, restarted, and all ended."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

GRACE_SECONDS = 8.0
READY_SECONDS = 60.0
STEP = 0.05
RESTARTS = 5
CALM_SECONDS = 60.0
PR_SET_PDEATHSIG = 1


class ChildFailed(Exception):
    """A process ended that had to go on; ``log`` holds its last words."""

    def __init__(self, child: "Child") -> None:
        super().__init__(f"{child.name} ended with code {child.exit_code}")
        self.name, self.log, self.last_lines = child.name, child.log, child.last_lines()


@dataclass
class Child:
    """One process in a group of its own, so that Ctrl-C reaches only its parent, who ends it in order.

    ``is_ready`` is asked with what the process has written since it was started. A process that ends at once with
    ``again_after`` in its output is started again until ``READY_SECONDS`` are over: what it waits for passes.
    ``ends_its_own``: it ends what it has started by itself, and is the only one that is asked to end.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[str], bool]
    folder: Path
    again_after: str = ""
    ends_its_own: bool = False
    restarts: list[float] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None
    _log_start: int = 0

    def start(self) -> None:
        """Start it, with its output at the end of its log."""
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                self.command,
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How it ended."""
        return self._process.poll() if self._process else None

    @property
    def process_id(self) -> int:
        """Its process; 0 when it was never started."""
        return self._process.pid if self._process else 0

    def wait(self) -> None:
        """Return when it has ended."""
        if self._process is not None:
            self._process.wait()

    def output(self) -> str:
        """What it has written since its last start."""
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode(errors="replace")

    def last_lines(self, count: int = 15) -> str:
        """The end of its output."""
        return "\n".join(self.output().splitlines()[-count:])

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return when it is ready. Raises ChildFailed when it ends before, or is not ready in time."""
        deadline = time.monotonic() + seconds
        while not self.is_ready(self.output()):
            if time.monotonic() > deadline:
                raise ChildFailed(self)
            if not self.is_running:
                self._start_again()
            time.sleep(STEP)

    def _start_again(self) -> None:
        if not self.again_after or self.again_after not in self.output():
            raise ChildFailed(self)
        time.sleep(1)
        self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and everything it started."""
        if self._process is None:
            return
        alone = self.ends_its_own and number != signal.SIGKILL
        with contextlib.suppress(ProcessLookupError):
            (os.kill if alone else os.killpg)(self._process.pid, number)


def _end_with_parent() -> None:
    """Linux: a parent that is killed takes its children along, instead of leaving them on their ports."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_all(children: Sequence[Child], *, grace: float = GRACE_SECONDS) -> None:
    """Ask all to end, wait together, and end by force what is left after ``grace`` seconds."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    while any(child.is_running for child in children) and time.monotonic() < deadline:
        time.sleep(STEP)
    for child in children:
        child.signal(signal.SIGKILL)
        child.wait()


def watch(
    children: Sequence[Child], tell: Callable[[str], None], *, wait: Callable[[float], None] = time.sleep
) -> NoReturn:
    """Restart whatever dies, for ever. Raises ChildFailed for one that dies at once or again and again."""
    while True:
        for child in children:
            if not child.is_running:
                _restart(child, tell)
        wait(1.0)


def _restart(child: Child, tell: Callable[[str], None]) -> None:
    now = time.monotonic()
    child.restarts = [moment for moment in child.restarts if now - moment < CALM_SECONDS] + [now]
    if len(child.restarts) > RESTARTS:
        raise ChildFailed(child)
    tell(f"{child.name} ended with code {child.exit_code}; starting it again (see {child.log}).")
    child.start()
    child.wait_ready()
    tell(f"{child.name} is back.")
