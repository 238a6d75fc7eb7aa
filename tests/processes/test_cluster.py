"""Bot, workers and beats on one database: nothing is lost, nothing is paid twice, order is kept."""

import random
import threading
from collections import defaultdict

import pytest

from tests.flows.test_faults import READERS, WRITE, Crowd, check_everything
from tests.processes.crew import Crew
from yabot.schedule import JOBS

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]
ALL = ("bot", "worker1", "worker2", "beat")
SHARE_HOLDERS = "SELECT count(DISTINCT owner) FROM core_lease WHERE name LIKE 'shard:%' AND owner <> ''"
DELIVERERS = "SELECT count(*) FROM core_lease WHERE name LIKE 'worker:%' AND owner <> ''"


@pytest.fixture
def crowd(crew: Crew, audit, sandbox, until) -> Crowd:
    """The story is written, and a crowd knows a bot that has asked Telegram for reactions."""
    done = crew.bot_process.manage("shell", "-v0", "-c", WRITE)
    assert done.returncode == 0, done.stderr
    reader = sandbox.add_user()["id"]
    sandbox.start(reader)
    crew.start("bot")
    sandbox.wait_for_message(reader, "Bienvenido", timeout=60)
    crew["bot"].stop()
    return Crowd(sandbox)


def settle(crew: Crew, crowd: Crowd, audit, until) -> None:
    """Everything is worked off; then look at every effect."""
    crowd.sandbox.wait_until_read(timeout=60)
    until(lambda: audit.waiting() == 0, 120)
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


def test_a_chain_goes_through_all_processes(crew, crowd, audit, until):
    crew.start(*ALL)
    until(lambda: crew.are_ready(*ALL), 60)
    until(lambda: audit.one(SHARE_HOLDERS) >= 4, 60)  # of five processes, with four of the sixteen shards each

    crowd.react(3)

    settle(crew, crowd, audit, until)
    senders = {owner for (owner,) in audit.ask("SELECT owner FROM core_outgoingmessage WHERE owner <> ''")}
    assert senders <= {owner for (owner,) in audit.ask("SELECT owner FROM core_lease WHERE name LIKE 'sender:%'")}


def test_anybody_may_be_killed_and_redis_flushed_or_restarted_at_any_moment(crew, crowd, valkey, audit, until):
    seed = random.randrange(10_000)
    print(f"SEED={seed}")
    dice = random.Random(seed)
    troubles = [*ALL, *ALL, "worker1", "bot", "flush", "restart"]
    dice.shuffle(troubles)
    crew.start(*ALL)
    until(lambda: crew.are_ready(*ALL), 60)

    for trouble in troubles:
        stream = threading.Thread(target=crowd.react)
        stream.start()
        threading.Event().wait(dice.uniform(0.02, 0.5))
        if trouble == "flush":
            valkey.client.flushall()
        elif trouble == "restart":
            valkey.kill()
            valkey.start()
        else:
            crew[trouble].kill()
            crew[trouble].start()
        stream.join()
        if trouble == "bot":  # only the bot asks Telegram: go on when it does
            until(lambda: crew["bot"].is_ready or restarted(crew), 40)

    settle(crew, crowd, audit, until)
    assert all(crew[name].is_running for name in ALL)


def restarted(crew: Crew) -> bool:
    """A bot that was killed leaves its lease behind: its supervisor tries again."""
    if not crew["bot"].is_running:
        crew["bot"].start()
    return False


def test_a_worker_killed_in_a_batch_leaves_it_to_another(crew, crowd, audit, until):
    crew.environment |= {"YABOT_CRASH_AT": "in_delivery:1", "DEBUG": "1"}
    crew.start("worker1")
    until(lambda: crew["worker1"].is_ready, 60)
    crew.environment |= {"YABOT_CRASH_AT": "", "DEBUG": "0"}
    crew.start("bot")
    until(lambda: crew["bot"].is_ready, 60)
    crowd.react(2)
    until(lambda: "exitcode 137" in crew["worker1"].output, 60)
    crew["worker1"].kill()
    crew.start("worker2")

    settle(crew, crowd, audit, until)


def test_with_redis_away_everybody_starts_and_works(crew, crowd, valkey, audit, until):
    valkey.stop()
    crew.start(*ALL)
    until(lambda: crew["bot"].is_ready, 60)
    until(lambda: audit.one(DELIVERERS) == 5, 60)  # the bot, and two processes of each worker

    crowd.react(2)
    settle(crew, crowd, audit, until)

    valkey.start()
    until(lambda: crew.are_ready("worker1", "worker2"), 60)
    assert crew["beat"].is_running


def test_two_beats_run_each_job_once(crew, audit, until):
    crew.start("worker1", "beat1", "beat2")
    jobs = "SELECT count(DISTINCT job) FROM core_jobrun WHERE finished_at IS NOT NULL"
    until(lambda: audit.one(jobs) == len(JOBS), 90)
    until(lambda: crew["worker1"].output.count("succeeded in") >= 2 * len(JOBS), 60)

    twice = (
        "SELECT job, due_at, count(*) FROM core_jobrun GROUP BY job, due_at HAVING count(*) > 1 OR max(attempts) > 1"
    )
    assert audit.ask(twice) == []
    until(lambda: crew["worker1"].output.count(": True") == audit.one("SELECT count(*) FROM core_jobrun"), 20)


def test_whoever_is_asked_to_stop_leaves_nothing_behind(crew, crowd, audit, until):
    crew.start(*ALL)
    until(lambda: crew.are_ready(*ALL), 60)
    crowd.react(3)

    for name in ALL:
        assert crew[name].stop() == 0
    assert audit.one("SELECT count(*) FROM core_outgoingmessage WHERE state = 1") == 0
    assert audit.one("SELECT count(*) FROM core_lease WHERE owner <> ''") == 0
    crew.start("bot")
    settle(crew, crowd, audit, until)
    assert audit.one("SELECT count(*) FROM core_outgoingmessage WHERE unknown_at IS NOT NULL") == 0
