"""Whose turn it is to write on SQLite."""

import errno
import fcntl
import multiprocessing
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from yabot.core import turns

NEW_PROCESS = multiprocessing.get_context("spawn")
GAP = 0.01  # seconds between two transactions of somebody busy
FEW = 20  # of somebody else's transactions


def work_all_the_time(file: Path, told: Connection) -> None:
    """A worker with a backlog: transactions of 50 ms, one after the other; told to end it says how many there were."""
    mine, held, number = turns.Processes(file, longest=20), threading.Event(), 0
    while not told.poll(GAP):
        with mine.turn():
            number += 1
            told.send(number)
            held.wait(0.05)


def stand_still(file: Path, told: Connection) -> None:
    """A process that never gives its turn back."""
    with turns.Processes(file, longest=20).turn():
        told.send(True)
        threading.Event().wait()


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "database-turn"


@pytest.fixture
def busy(file):
    """Another process that writes nearly all the time, and what it tells."""
    ours, theirs = NEW_PROCESS.Pipe()
    process = NEW_PROCESS.Process(target=work_all_the_time, args=(file, theirs))
    process.start()
    assert ours.recv() == 1
    yield ours
    process.kill()
    process.join()


@pytest.fixture
def holder(file):
    """Another process that has its turn and keeps it."""
    ours, theirs = NEW_PROCESS.Pipe()
    process = NEW_PROCESS.Process(target=stand_still, args=(file, theirs))
    process.start()
    assert ours.recv()
    yield process
    process.kill()
    process.join()


def test_threads_are_served_in_order_of_arrival():
    threads_turns = turns.Threads()
    served: list[int] = []

    def visit(number: int) -> None:
        with threads_turns.turn():
            served.append(number)

    with threads_turns.turn():
        threads = []
        for number in range(5):
            thread = threading.Thread(target=visit, args=(number,))
            thread.start()
            while len(threads_turns._queue) <= number:
                pass
            threads.append(thread)
    for thread in threads:
        thread.join()

    assert served == [0, 1, 2, 3, 4]


def test_a_busy_process_lets_another_in_between_two_of_its_transactions(busy, file):
    mine, theirs = turns.Processes(file, longest=20), []

    for _ in range(10):
        with mine.turn():
            pass
    while busy.poll():
        theirs.append(busy.recv())

    assert len(theirs) < 10 * FEW


def test_while_one_process_has_its_turn_another_waits(busy, file):
    with turns.Processes(file, longest=20).turn():
        while busy.poll():
            busy.recv()
        assert not busy.poll(0.3)
    assert busy.poll(30)


def test_who_was_killed_holds_nobody_up(holder, file):
    holder.kill()
    holder.join()

    assert turns.Processes(file, longest=0)._take()


def test_nobody_waits_for_ever_for_one_who_stands_still(holder, file):
    mine = turns.Processes(file, longest=0.2)

    with mine.turn():  # without the lock: the database has its own
        assert not mine._take()


def test_where_the_file_cannot_be_had_nobody_waits(tmp_path):
    mine = turns.Processes(tmp_path / "missing" / "database-turn", longest=3600)

    with mine.turn():
        assert not mine._take()


def test_on_a_file_system_without_locks_nobody_waits(file, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    mine = turns.Processes(file, longest=3600)

    with mine.turn():
        assert not mine._take()
