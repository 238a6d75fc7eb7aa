"""Beat's rows are what ``schedule.py`` says, and a job is due at its own moments."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.conftest import ROOT

FILL = """
from datetime import UTC, datetime, timedelta
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from yabot import beat, schedule
{before}
beat.fill()
beat.fill()
print("ROWS", *sorted(f"{{t.name}}:{{t.interval.every}}:{{t.queue}}:{{t.enabled}}" for t in PeriodicTask.objects.all()))
{after}
"""


@pytest.fixture
def shell(bot_process):
    """Run some lines with Redis configured; what they print."""

    def run(before: str = "", after: str = "") -> str:
        done = bot_process.manage("shell", "-v0", "-c", FILL.format(before=before, after=after))
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_there_is_one_row_for_each_job_however_often_beat_starts(shell):
    from yabot.schedule import EVERY_JOB

    rows = shell().splitlines()[0].split()[1:]

    assert len(rows) == len(EVERY_JOB)
    assert "prove_ledger:86400:yabot.gamification:True" in rows
    assert "forget_old_runs:86400:yabot:True" in rows


def test_beats_that_start_together_leave_one_row_for_each_job(shell):
    from yabot.schedule import EVERY_JOB

    rows = shell(
        before="""
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
with ThreadPoolExecutor(4) as beats:
    list(beats.map(lambda _: (beat.fill(), connection.close()), range(4)))
"""
    )

    assert len(rows.splitlines()[0].split()[1:]) == len(EVERY_JOB)


def test_rows_that_were_changed_or_are_no_more_are_put_right(shell):
    rows = shell(
        before="""
beat.fill()
PeriodicTask.objects.filter(name="reconcile").update(enabled=False, queue="elsewhere")
other = IntervalSchedule.objects.create(every=1, period="days")
PeriodicTask.objects.create(name="old", task=beat.TASK, interval=other)
PeriodicTask.objects.create(name="somebody's own", task="other", interval=other)
"""
    )

    assert "reconcile:300:yabot:True" in rows
    assert " old:" not in rows
    assert "own:1:" in rows


def test_a_job_is_due_once_for_each_of_its_moments(shell):
    told = shell(
        after="""
import time_machine
entry = beat.Entry(PeriodicTask.objects.get(name="release_holds"))
noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
for last, now in ((None, 10), (0, 10), (0, 60), (10, 59), (59, 60), (60, 61), (0, 7200)):
    with time_machine.travel(noon + timedelta(seconds=now), tick=False):
        entry.last_run_at = beat.LONG_AGO if last is None else noon + timedelta(seconds=last)
        due = entry.is_due()
        print("DUE", due.is_due, due.next)
"""
    )

    assert [line.split()[1:] for line in told.splitlines() if line.startswith("DUE")] == [
        ["True", "50.0"],
        ["False", "50.0"],
        ["True", "60.0"],
        ["False", "1.0"],
        ["True", "60.0"],
        ["False", "59.0"],
        ["True", "60.0"],
    ]


@pytest.mark.parametrize("what", ["worker", "beat"])
def test_without_redis_celery_says_what_to_do(bot_process, what):
    bot_process.environment["REDIS_URL"] = ""
    command = [sys.executable, "-m", "celery", "-A", "yabot", what]

    done = subprocess.run(command, cwd=ROOT, env=bot_process.environment, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("REDIS_URL is not set")


def test_no_task_has_a_time_of_its_own():
    """Due times are rows: a broker repeats tasks with an ETA, and forgets them."""
    code = [*Path("yabot").rglob("*.py"), *Path("gamification").rglob("*.py"), *Path("narrative").rglob("*.py")]

    assert [file for file in code if "countdown=" in file.read_text() or "eta=" in file.read_text()] == []


def test_runbot_without_redis_loads_neither_celery_nor_redis(bot_process):
    bot_process.environment["REDIS_URL"] = ""
    look = "import sys, json, yabot.wiring, yabot.core.telegram.gateway; print(json.dumps(sorted(sys.modules)))"

    done = bot_process.manage("shell", "-v0", "-c", look)

    loaded = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert loaded.isdisjoint({"celery", "kombu", "redis", "django_redis", "django_celery_beat"})


def test_a_process_that_shows_no_pages_loads_none(bot_process):
    look = "import sys, json, yabot.celery, yabot.tasks, yabot.wiring; print(json.dumps(sorted(sys.modules)))"

    done = bot_process.manage("shell", "-v0", "-c", look)

    pages = {"django.contrib.auth.admin", "narrative.admin", "yabot.core.admin", "yabot.urls"}
    assert pages.isdisjoint(json.loads(done.stdout.splitlines()[-1]))
