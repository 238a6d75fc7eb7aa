"""Bot, workers and beats on one database: nothing is lost, nothing is paid twice, order is kept."""

import contextlib
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.engine import ENGINE
from tests.flows.conftest import ask_for_reactions
from tests.flows.test_faults import LETTERS, READERS, WRITE, Crowd, check_everything
from tests.processes.crew import Crew
from tests.processes.valkey import Valkey
from yabot.core.models import Priority
from yabot.core.telegram.post_office import SEND_SECONDS
from yabot.schedule import JOBS

PATIENCE = 3 if ENGINE == "mongodb" else 1  # the test server takes its time; a dead process holds its rows for a minute
READY, HEALED = 60 * PATIENCE, 120 * PATIENCE  # seconds

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400 * PATIENCE)]
ALL = ("bot", "worker1", "worker2", "beat")
SHARE_HOLDERS = "SELECT count(DISTINCT owner) FROM core_lease WHERE name LIKE 'shard:%' AND owner <> ''"
DELIVERERS = "SELECT count(*) FROM core_lease WHERE name LIKE 'worker:%' AND owner <> ''"


@pytest.fixture
def written() -> str:
    return WRITE


@pytest.fixture
def crowd(telegram, sandbox) -> Crowd:
    """A crowd knows a bot that was here before."""
    ask_for_reactions(telegram)
    return Crowd(sandbox)


@pytest.fixture
def called_crowd(crew: Crew, audit, sandbox, until) -> Crowd:
    """Telegram calls the web process, and a crowd has begun: whoever has not is paid nothing."""
    crew.ask_for_calls()
    crew.start("web")
    until(lambda: crew.are_ready("web"), READY)
    crowd = Crowd(sandbox)
    assert sandbox.wait_until_read(timeout=READY)
    return crowd


def settle(crew: Crew, crowd: Crowd, audit, until) -> None:
    """Everything is worked off; then look at every effect."""
    assert crowd.sandbox.wait_until_read(timeout=HEALED)
    until(lambda: audit.waiting() == 0, HEALED)
    check_everything(crowd, audit, crew.bot_process)
    in_order(audit)


def in_order(audit) -> None:
    """Each person's reactions were paid in the order in which they were announced."""
    rows = audit.ask(
        "SELECT cause.user_id, cause.sequence, effect.sequence FROM core_eventrecord cause"
        " JOIN core_eventrecord effect ON effect.causation_id = cause.id"
        " WHERE cause.type = 'reaction_detected' AND effect.type = 'besitos_added'"
    )
    paid: dict[int, list[int]] = defaultdict(list)
    for user_id, _, effect in sorted(rows):
        paid[user_id].append(effect)
    assert len(paid) == READERS
    for effects in paid.values():
        assert effects == sorted(effects)


LOW = 1_000 if ENGINE == "mongodb" else 10_000  # there they take longer than that many here
AT_ONCE = ENGINE != "mongodb"  # where a transaction must not take a minute, and nobody works them off as quickly
BOUND = 30  # seconds, on any machine; the promise is 5, and is kept to the second in tests/flows/test_priorities.py
# A hint for everyone, announced to readers after the last one: real and low, and it changes nothing. The events are
# other people's: a person's own are never overtaken. However quick the machine, half of
# them are kept waiting until the end.
QUEUE_LOW = f"""
import time
from pathlib import Path
from narrative.events import HintOpened
from narrative.models import Hint
from yabot.core.events import publish
from yabot.core.models import Delivery, Priority
from yabot.core.transactions import atomic
hint, beyond = Hint.objects.get(key="pista-{LETTERS}").pk, 10**15
events = [HintOpened(user_id=10**6 + n % 2500, hint_id=hint, after_user_id=beyond) for n in range({LOW})]
def queue():
    for start in range(0, {LOW}, 1000):
        publish(events[start : start + 1000])
(atomic(queue) if {AT_ONCE} else queue)()
while {AT_ONCE} and not Path(END).exists():
    if Delivery.objects.filter(priority=Priority.LOW).count() < {LOW} / 2:
        atomic(publish)(events[:500])
    time.sleep(0.01)
"""
QUEUED = "SELECT count(*) FROM core_eventrecord WHERE type = 'hint_opened'"
STILL_LOW = f"SELECT count(*) FROM core_delivery WHERE priority = {Priority.LOW.value}"


@contextlib.contextmanager
def low_events_waiting(crew: Crew, end: Path) -> Iterator[None]:
    """Thousands of low events, all the time."""
    program = ["shell", "-v0", "-c", f"END = {str(end)!r}\n{QUEUE_LOW}"]
    with ThreadPoolExecutor(1) as queueing:
        queued = queueing.submit(crew.bot_process.manage, *program, timeout=HEALED + 2 * READY)
        try:
            yield
        finally:
            end.touch()
        assert queued.result().returncode == 0, queued.result().stderr


def test_a_readers_letter_overtakes_thousands_of_low_events(crew, crowd, sandbox, audit, until, tmp_path):
    reader, three = crowd.readers[0], ("bot", "worker1", "worker2")
    crew.start(*three)
    until(lambda: crew.are_ready(*three) and audit.one(SHARE_HOLDERS) >= 4, READY)
    said = sandbox.say(reader, crowd.group, "¡Qué noche!")["message_id"]
    with low_events_waiting(crew, tmp_path / "end"):
        until(lambda: audit.one(QUEUED) >= LOW, HEALED)

        pressed = time.monotonic()
        sandbox.react(reader, crowd.group, said, "❤")
        sandbox.wait_for_message(reader, "se abre «Pista 1»", timeout=READY)
        answered = time.monotonic()
        left = audit.one(STILL_LOW) if AT_ONCE else 1  # a copy of a MongoDB takes longer than its few low events

    assert answered - pressed < BOUND
    assert left > 0


def test_a_chain_goes_through_all_processes(crew, crowd, audit, until):
    crew.start(*ALL)
    until(lambda: crew.are_ready(*ALL), READY)
    until(lambda: audit.one(SHARE_HOLDERS) >= 4, READY)  # of five processes, with four of the sixteen shards each

    crowd.react(3)

    settle(crew, crowd, audit, until)
    senders = {owner for (owner,) in audit.ask("SELECT owner FROM core_outgoingmessage WHERE owner <> ''")}
    assert senders <= {owner for (owner,) in audit.ask("SELECT owner FROM core_lease WHERE name LIKE 'sender:%'")}


class Troubles:
    """What may happen to a crew and its Redis, in an order of chance."""

    def __init__(self, crew: Crew, valkey: Valkey, *names: str) -> None:
        seed = random.randrange(10_000)
        print(f"SEED={seed}")
        self._dice, self._crew, self._valkey, self._names = random.Random(seed), crew, valkey, [*names]
        self._dice.shuffle(self._names)

    def strike(self, crowd: Crowd, until) -> None:
        """One after the other, each while the crowd's reactions of three rounds come in."""
        for name in self._names:
            stream = threading.Thread(target=crowd.react, args=[3])
            stream.start()
            threading.Event().wait(self._dice.uniform(0.02, 0.5))
            self._strike(name)
            stream.join()
            if name == "bot":  # only the bot tells what Telegram is to be asked: go on when it does
                until(lambda: self._crew["bot"].is_ready or restarted(self._crew), READY)

    def _strike(self, name: str) -> None:
        if name == "flush":
            self._valkey.client.flushall()
        elif name == "restart":
            self._valkey.kill()
            self._valkey.start()
        else:
            self._crew[name].kill()
            self._crew[name].start()


def test_anybody_may_be_killed_and_redis_flushed_or_restarted_at_any_moment(crew, crowd, valkey, audit, until):
    troubles = Troubles(crew, valkey, *ALL, *ALL, "worker1", "bot", "flush", "restart")
    crew.start(*ALL)
    until(lambda: crew.are_ready(*ALL), READY)

    troubles.strike(crowd, until)

    settle(crew, crowd, audit, until)
    assert all(crew[name].is_running for name in ALL)


def test_by_webhook_too_anybody_may_be_killed_and_redis_restarted(crew, called_crowd, valkey, audit, until):
    everybody = ("web", *ALL)
    troubles = Troubles(crew, valkey, "web", "web", "web", "worker1", "worker2", "bot", "bot", "restart")
    crew.start(*ALL)
    until(lambda: crew.are_ready(*everybody), READY)

    troubles.strike(called_crowd, until)

    settle(crew, called_crowd, audit, until)
    assert all(crew[name].is_running for name in everybody)


def restarted(crew: Crew) -> bool:
    """A bot that was killed leaves its lease behind: its supervisor tries again."""
    if not crew["bot"].is_running:
        crew["bot"].start()
    return False


@pytest.mark.parametrize(
    "point", ["in_delivery", "after_delivery_commit", "after_message_claim", "after_send", "before_mark", "in_tick"]
)
def test_a_worker_that_ends_at_a_bad_moment_leaves_its_work_to_another(crew, crowd, audit, until, point):
    crew.environment |= {"YABOT_CRASH_AT": f"{point}:1", "DEBUG": "1"}
    crew.start("worker1")
    until(lambda: crew["worker1"].is_ready or "exitcode 137" in crew["worker1"].output, READY)
    crew.environment |= {"YABOT_CRASH_AT": "", "DEBUG": "0"}
    crew.start("bot", "beat")
    until(lambda: crew.are_ready("bot", "beat"), READY)
    react_until_it_ends(crew, crowd, until)
    crew["worker1"].kill()
    crew.start("worker2")

    settle(crew, crowd, audit, until)


def react_until_it_ends(crew: Crew, crowd: Crowd, until) -> None:
    """Whoever is quicker may do the first rounds' work: go on until it was the worker's turn."""
    for _ in range(LETTERS // 2):
        crowd.react()
        with contextlib.suppress(AssertionError):
            return until(lambda: "exitcode 137" in crew["worker1"].output, 3 * PATIENCE)
    raise AssertionError(crew.logs())


def test_with_redis_away_everybody_starts_and_works(crew, crowd, valkey, audit, until):
    valkey.stop()
    crew.start(*ALL)
    until(lambda: crew["bot"].is_ready, READY)
    until(lambda: audit.one(DELIVERERS) == 5, READY)  # the bot, and two processes of each worker

    crowd.react(2)
    settle(crew, crowd, audit, until)

    valkey.start()
    until(lambda: crew.are_ready("worker1", "worker2"), READY)
    assert crew["beat"].is_running


def test_two_beats_run_each_job_once(crew, audit, until):
    crew.start("worker1", "beat1", "beat2")
    jobs = "SELECT count(DISTINCT job) FROM core_jobrun WHERE finished_at IS NOT NULL"
    until(lambda: audit.one(jobs) == len(JOBS), 90 * PATIENCE)
    until(lambda: crew["worker1"].output.count("succeeded in") >= 2 * len(JOBS), READY)

    twice = (
        "SELECT job, due_at, count(*) FROM core_jobrun GROUP BY job, due_at HAVING count(*) > 1 OR max(attempts) > 1"
    )
    assert audit.ask(twice) == []
    until(lambda: crew["worker1"].output.count(": True") == audit.one("SELECT count(*) FROM core_jobrun"), READY)


def test_whoever_is_asked_to_stop_leaves_nothing_behind(crew, crowd, audit, until):
    crew.start(*ALL)
    until(lambda: crew.are_ready(*ALL), READY)
    crowd.react(3)

    longest = 0.0
    for name in ALL:
        began = time.monotonic()
        assert crew[name].stop() == 0
        longest = max(longest, time.monotonic() - began)
    assert audit.one("SELECT count(*) FROM core_outgoingmessage WHERE state = 1") == 0
    assert audit.one("SELECT count(*) FROM core_lease WHERE owner <> ''") == 0
    crew.start("bot")
    settle(crew, crowd, audit, until)
    unknown = audit.one("SELECT count(*) FROM core_outgoingmessage WHERE unknown_at IS NOT NULL")
    assert unknown == 0 or longest >= SEND_SECONDS  # unless Telegram, which lives in this process, stood still
