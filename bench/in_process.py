"""Chains a second without HTTP: reaction in, rewards, ledger, events, hints, messages queued.

``measure`` times any function that runs one batch of the size it is given.
"""

import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

SIZES = (1, 10, 100, 400)
RUNS = 5
RUN_SECONDS = 1.0

RunBatch = Callable[[int], None]
Measured = dict[str, float]


def measure(
    run_batch: RunBatch, sizes: Sequence[int] = SIZES, *, runs: int = RUNS, seconds: float = RUN_SECONDS
) -> Iterator[Measured]:
    """Yield chains a second for each batch size: the median of ``runs``, and their spread.

    Each call of ``run_batch`` must bring chains that were not run before.
    """
    for size in sizes:
        run_batch(size)
        rates = sorted(chains_per_second(run_batch, size, seconds) for _ in range(runs))
        middle = statistics.median(rates)
        yield {
            "batch": size,
            "chains_per_second": round(middle, 1),
            "slowest": round(rates[0], 1),
            "fastest": round(rates[-1], 1),
            "ms_per_batch": round(size / middle * 1000, 3),
        }


def chains_per_second(run_batch: RunBatch, size: int, seconds: float) -> float:
    """Run whole batches until ``seconds`` are over."""
    batches = 0
    started = perf_counter()
    while (elapsed := perf_counter() - started) < seconds:
        run_batch(size)
        batches += 1
    return batches * size / elapsed


def run_chains(size: int) -> None:
    """Run one batch of ``size`` whole chains that were not run before."""
    raise NotImplementedError(f"no chain is wired to the bench yet (batch of {size})")


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
    django.setup()
    for line in measure(run_chains):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
