"""Processes that are started, watched and ended together."""

import os
import signal
import sys
from pathlib import Path

import pytest

from yabot.demo import children
from yabot.demo.children import Child, ChildFailed, stop_all, watch

GOES_ON = "import time; print('ready', flush=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"


@pytest.fixture
def made(tmp_path: Path):
    """Makes children that are gone after the test."""
    all_made: list[Child] = []

    def make(program: str, *, again_after: str = "") -> Child:
        log = tmp_path / f"{len(all_made)}.log"
        command = [sys.executable, "-c", program]
        child = Child("part", command, os.environ, log, lambda said: "ready" in said, tmp_path, again_after)
        all_made.append(child)
        return child

    yield make
    stop_all(all_made, grace=0)


def started(child: Child) -> Child:
    """The child, ready."""
    child.start()
    child.wait_ready(20)
    return child


def test_a_child_is_ready_when_it_says_so(made):
    child = started(made(GOES_ON))

    assert child.is_running
    assert child.exit_code is None
    assert child.output() == "ready\n"


def test_only_what_was_written_since_the_start_counts(made):
    child = made("print('not yet')")
    child.log.write_text("ready\n")

    child.start()
    with pytest.raises(ChildFailed):
        child.wait_ready(20)

    assert child.output() == "not yet\n"


def test_a_child_that_ends_before_it_is_ready_leaves_its_last_lines(made):
    child = made("import sys; [print(f'line {n}') for n in range(40)]; sys.exit(3)")

    child.start()
    with pytest.raises(ChildFailed, match="part ended with code 3") as failure:
        child.wait_ready(20)

    lines = failure.value.last_lines.splitlines()
    assert (len(lines), lines[-1]) == (15, "line 39")


def test_a_child_that_never_gets_ready_is_given_up(made):
    child = made("import time; time.sleep(60)")

    child.start()
    with pytest.raises(ChildFailed):
        child.wait_ready(0.2)


def test_what_passes_by_itself_is_worth_another_try(made, tmp_path):
    once = tmp_path / "tried"
    program = (
        f"import pathlib, sys; tried = pathlib.Path({str(once)!r})\n"
        "if not tried.exists(): tried.touch(); print('Another one polls'); sys.exit(1)\n" + GOES_ON
    )

    child = started(made(program, again_after="Another one polls"))

    assert child.is_running
    assert child.output() == "ready\n"


def test_all_are_asked_to_end_and_end(made):
    both = [started(made(GOES_ON)), started(made(GOES_ON))]

    stop_all(both)

    assert [child.exit_code for child in both] == [-signal.SIGTERM, -signal.SIGTERM]


def test_who_does_not_listen_is_ended_by_force(made):
    child = started(made(DEAF))

    stop_all([child], grace=0.2)

    assert child.exit_code == -signal.SIGKILL


def test_ending_what_never_started_does_nothing(made):
    stop_all([made(GOES_ON)])


def test_a_child_that_dies_is_started_again_with_a_word(made):
    child = started(made(GOES_ON))
    told: list[str] = []

    def pause(seconds: float) -> None:
        if told:
            raise KeyboardInterrupt
        os.kill(child.process_id, signal.SIGKILL)
        child.wait()

    with pytest.raises(KeyboardInterrupt):
        watch([child], told.append, wait=pause)

    assert told == [f"part ended with code -9; starting it again (see {child.log}).", "part is back."]
    assert child.is_running


def test_a_child_that_dies_again_and_again_is_given_up(made, monkeypatch):
    child = started(made(GOES_ON))
    told: list[str] = []
    monkeypatch.setattr(children, "RESTARTS", 2)

    def pause(seconds: float) -> None:
        os.kill(child.process_id, signal.SIGKILL)
        child.wait()

    with pytest.raises(ChildFailed):
        watch([child], told.append, wait=pause)

    assert told.count("part is back.") == 2
