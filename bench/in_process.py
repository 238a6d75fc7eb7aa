"""Chains a second without HTTP: reaction in, rewards, ledger, events, hints, messages queued.

``measure`` times any function that runs one batch of the size it is given.
"""

import itertools
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

from bench.scenario import EMOJI, GROUP_ID

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


class Chains:
    """Runs whole chains, from raw update to message row, with readers who have opened some hints already."""

    def __init__(self) -> None:
        self._next = itertools.count(1)

    def run(self, size: int) -> None:
        """Run one batch of ``size`` chains that were not run before: one reaction of each of ``size`` new readers."""
        from yabot.bot import RAW
        from yabot.core import delivery
        from yabot.core.telegram import inbox
        from yabot.core.telegram.lane import run_raw

        stored = inbox.store([reaction(next(self._next)) for _ in range(size)])
        run_raw(RAW["message_reaction"], stored)
        for module in ("channeladmin", "gamification", "narrative"):
            delivery.deliver(module)


def reaction(number: int) -> dict[str, object]:
    """A new reader's reaction to a message in the group."""
    return {
        "update_id": number,
        "message_reaction": {
            "chat": {"id": GROUP_ID, "type": "supergroup", "title": "Bench"},
            "message_id": number,
            "date": 1_700_000_000,
            "user": {"id": 10_000_000 + number, "is_bot": False, "first_name": "Reader"},
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": EMOJI}],
        },
    }


def promote() -> None:
    """Make the bot an administrator of the group."""
    from yabot.core import people
    from yabot.core.models import BotStatus

    status = BotStatus.ADMINISTRATOR
    people.learn_chat(chat_id=GROUP_ID, type="supergroup", title="Bench", username="", bot_status=status)


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
    django.setup()
    promote()
    for line in measure(Chains().run):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
