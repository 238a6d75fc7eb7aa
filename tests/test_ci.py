"""Continuous integration runs every check, and every test on every engine."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.engine import ENGINES

ROOT = Path(__file__).resolve().parent.parent


def targets_made(folder: Path, *, fails: str = "") -> tuple[int, list[str]]:
    """Run ``.ci/run`` with a ``make`` that only writes down what it is asked for: the exit code, and the targets."""
    asked = folder / "asked"
    for name, script in (("make", f'echo "$@" >> {asked}; [ "$*" != "{fails}" ]'), ("chromedriver", "true")):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([ROOT / ".ci" / "run"], env=environment, cwd=folder, capture_output=True, timeout=60)
    return done.returncode, asked.read_text().split()


def commands_of(target: str) -> str:
    """What ``make`` would do for this target, whatever the one that runs these tests was told."""
    alone = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "JOBS"}}
    command = ["make", "--dry-run", target]
    done = subprocess.run(command, env=alone, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_makes_every_check_and_then_every_test(tmp_path):
    assert targets_made(tmp_path) == (0, ["lint", "test-all"])


@pytest.mark.parametrize("target", ["lint", "test-all"])
def test_it_fails_when_one_of_them_does(tmp_path, target):
    code, asked = targets_made(tmp_path, fails=target)

    assert (code != 0, asked[-1]) == (True, target)


def test_every_target_is_there_and_works_with_the_tools_it_is_made_of():
    assert all(tool in commands_of("lint") for tool in ("ruff check", "ruff format", "mypy", "lint-imports", "check"))
    assert "pytest" in commands_of("test-all")


def test_every_test_runs_on_every_engine():
    commands = commands_of("test-all")

    sqlite, _, others = commands.partition("for engine in ")
    assert "pytest -n 2 --dist worksteal --cov" in sqlite
    assert others.split(";")[0].split() == [name for name in ENGINES if name != "sqlite"]
    assert "pytest -n 2 --dist worksteal tests ||" in others
