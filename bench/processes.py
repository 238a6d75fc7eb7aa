"""Processes that are started, listened to, measured and always ended."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

import psutil

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 10.0
SAMPLE_SECONDS = 0.25
LAST_WORDS = 2000


class ProcessFailed(Exception):
    """A process ended, or kept silent, before it said what was expected of it."""


class Running:
    """A Python process in a session of its own; its errors go to a log, its lines to ``expect``."""

    def __init__(self, name: str, arguments: Iterable[str], *, folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.started_at = time.monotonic()
        self._lines: queue.Queue[str] = queue.Queue()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                text=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def expect(self, *beginnings: str, seconds: float, beside: "Running | None" = None) -> str:
        """Return the next line with one of these beginnings; fail when either process ends or time is up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=0.1)
            except queue.Empty:
                self._check_alive()
                if beside is not None and beside.process.poll() is not None:
                    raise beside.failure() from None
                continue
            if line.startswith(beginnings):
                return line
        raise ProcessFailed(f"{self.name} did not print {beginnings} within {seconds:.0f} s\n{self.last_words()}")

    def wait_for_log(self, text: str, *, seconds: float) -> None:
        """Wait until this is in its log; fail when it ends or time is up."""
        deadline = time.monotonic() + seconds
        while text not in self.log.read_text(encoding="utf-8", errors="replace"):
            self._check_alive()
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{self.name} did not say {text!r} within {seconds:.0f} s\n{self.last_words()}")
            time.sleep(0.1)

    def _check_alive(self) -> None:
        if self.process.poll() is not None:
            self._reader.join(1)
            if self._lines.empty():
                raise self.failure()

    def failure(self) -> ProcessFailed:
        return ProcessFailed(f"{self.name} ended with {self.process.returncode}\n{self.last_words()}")

    def last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:]

    def stop(self) -> None:
        """Ask it to end, then end it and all that it started in its session."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def run(arguments: Iterable[str], *, environment: Mapping[str, str], seconds: float = 120) -> str:
    """Run a Python command to its end and return what it printed; its exit code must be 0."""
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        words = (done.stdout + done.stderr)[-LAST_WORDS:]
        raise ProcessFailed(f"{' '.join(command[1:])} ended with {done.returncode}\n{words}")
    return done.stdout


def family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, its children, and the children that ended already."""
    total = 0.0
    for process in family(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_mb(pid: int, kind: str = "rss") -> float:
    """Memory of a process and its children; ``pss`` shares out what they have in common (Linux)."""
    total = 0
    for process in family(pid):
        try:
            total += getattr(process.memory_info() if kind == "rss" else process.memory_full_info(), kind)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return round(total / 2**20, 1)


class PeakMemory:
    """Samples processes and their children until the block ends; ``mb`` is the highest sum seen."""

    def __init__(self, process_ids: Iterable[int]) -> None:
        self.mb = 0.0
        self._process_ids = list(process_ids)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.mb = max(self.mb, round(sum(memory_mb(pid) for pid in self._process_ids), 1))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
