"""Runs the benchmarks: JSON lines on stdout, progress on stderr. See ``README.md``."""

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NoReturn

from bench import homes, sections
from bench.processes import ProcessFailed
from bench.sections import Options, Report

RATIO_TARGET = 3.0
P99_TARGET_MS = 500.0
IDLE_P50_TARGET_MS = 10.0
GROWTH_TARGET = 1.3  # of one reaction, from an empty database to a million entries

SECTIONS: dict[str, Callable[[Options], Iterator[Report]]] = {
    "in-process": sections.in_process,
    "scale": sections.scale,
    "http": sections.http,
    "peer": sections.peer,
    "idle": sections.idle,
    "engines": sections.engines,
    "story": sections.story,
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    signal.signal(signal.SIGTERM, interrupted)
    emit({"bench": "machine", **machine()})
    reports = []
    for number in range(options.repeat):
        for name in options.only or SECTIONS:
            tell(f"{name}, run {number + 1} of {options.repeat}")
            reports += run_section(name, options)
    emit({"bench": "summary", **summary(reports)})
    return 1 if any("error" in report or report.get("correct") is False for report in reports) else 0


def run_section(name: str, options: Options) -> list[Report]:
    """Run a section and print its lines; a failure is a line too, and the next section still runs."""
    reports = []
    try:
        for report in SECTIONS[name](options):
            emit(report)
            tell_result(report)
            reports.append(report)
    except (ProcessFailed, subprocess.SubprocessError, OSError, ValueError, KeyError) as error:
        reports.append({"bench": name, "error": f"{type(error).__name__}: {error}"})
        emit(reports[-1])
        tell(f"  {error}")
    return reports


def summary(reports: Sequence[Report]) -> Report:
    """Medians over the repeats against the targets; a target that was not measured is null."""
    ours, peers = median(reports, "http", "reactions_per_second"), median(reports, "peer", "reactions_per_second")
    ratio = round(ours / peers, 2) if ours is not None and peers else None
    p99, idle_p50 = median(reports, "http", "p99_ms"), median(reports, "idle", "p50_ms")
    sizes = sorted({report["batch"] for report in reports if report["bench"] == "scale" and "batch" in report})
    growth = {size: median([one for one in reports if one.get("batch") == size], "scale", "ratio") for size in sizes}
    alone = growth.get(1)
    flat = [report["plans_flat"] for report in reports if "plans_flat" in report]
    checks = [report["correct"] for report in reports if "correct" in report]
    targets = {
        "ratio_met": None if ratio is None else ratio >= RATIO_TARGET,
        "p99_met": None if p99 is None else p99 <= P99_TARGET_MS,
        "growth_met": None if alone is None else alone < GROWTH_TARGET,
        "plans_flat": all(flat) if flat else None,
        "idle_met": None if idle_p50 is None else idle_p50 <= IDLE_P50_TARGET_MS,
        "correct": all(checks) if checks else None,
    }
    return {
        "reactions_per_second": ours,
        "peer_reactions_per_second": peers,
        "reactions_per_second_ratio": ratio,
        "p99_ms": p99,
        "peer_p99_ms": median(reports, "peer", "p99_ms"),
        "idle_p50_ms": idle_p50,
        "growth": alone,
        "growth_of_batches": growth,
        "peer_idle_p50_ms": median(reports, "peer-idle", "p50_ms"),
        **targets,
        "target_met": all_met(targets.values()),
    }


def all_met(targets: Collection[bool | None]) -> bool | None:
    """False when one was missed, null when one was not measured."""
    if False in targets:
        return False
    return None if None in targets else True


def median(reports: Sequence[Report], bench: str, field: str) -> float | None:
    values = [report[field] for report in reports if report["bench"] == bench and field in report]
    return round(statistics.median(values), 2) if values else None


def machine() -> Report:
    return {
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def emit(report: Report) -> None:
    print(json.dumps(report), flush=True)


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def tell_result(report: Report) -> None:
    if "choices_per_second" in report or "presses" in report:
        rate = f"{report['choices_per_second']} choices/s, " if "choices_per_second" in report else ""
        tell(f"  {report['bench']} ({report['database']}): {rate}p50 {report['p50_ms']} ms, p99 {report['p99_ms']} ms")
    elif report["bench"] == "scale":
        batch, ratio = report["batch"], report["ratio"]
        tell(f"  scale ({report['database']}): batches of {batch} take {ratio} times as long with {report['entries']}")
    elif "plans_flat" in report:
        told = "are flat" if report["plans_flat"] else "ARE NOT FLAT"
        tell(f"  scale ({report['database']}): {report['plans']} plans {told}")
    elif "p99_ms" in report:
        rate, p50, p99 = report["reactions_per_second"], report["p50_ms"], report["p99_ms"]
        checked = "complete" if report["correct"] else "NOT CORRECT"
        where = f"{report['bench']} ({report['database']})"
        tell(f"  {where}: {rate} reactions/s, p50 {p50} ms, p99 {p99} ms, {checked}")


def interrupted(*_: object) -> NoReturn:
    """Leave by the door, so that everything started is ended."""
    sys.exit(128 + signal.SIGTERM)


def parse_arguments(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(SECTIONS), help="may be repeated; default: all")
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20, help="reactions of each user; there are 20 hints")
    parser.add_argument("--engine", action="append", choices=homes.ENGINES, help="may be repeated; default: all")
    parser.add_argument("--engine-rounds", type=int, default=3, help="at most so many rounds in the section engines")
    parser.add_argument("--scale-readers", type=int, default=100_000, help="ten entries each; a multiple of 2,000")
    parser.add_argument("--idle-reactions", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=1, help="whole runs; the summary takes medians")
    parser.add_argument("--deadline", type=float, default=300, help="seconds for one run of one section")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
