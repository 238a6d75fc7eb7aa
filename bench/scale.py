"""Whether a chain stays as quick as on an empty database when there are a million entries.

The same 2,000 people (of a hundred thousand: every fiftieth) with the same past react in both databases, in turns:
first the nearly empty one that holds only them, then the full one, and again.
"""

import itertools
import json
import os
import sys
from time import perf_counter

from bench.fill import people
from bench.in_process import promote
from bench.scenario import EMOJI, GROUP_ID

PARTICIPANTS = 2_000
BATCHES = {1: 200, 100: 20, 400: 5}  # as many chains in both: what readers have left to discover stays equal


class Chains:
    """Whole chains, from raw update to message row, of people who are known."""

    def __init__(self, *, run: int, every: int) -> None:
        self._people = itertools.cycle(people(PARTICIPANTS, every))
        self._next = itertools.count(10**9 + run * 10**6)

    def run(self, size: int) -> None:
        """One batch of ``size`` chains of as many people."""
        from yabot.bot import RAW
        from yabot.core import delivery
        from yabot.core.telegram import inbox
        from yabot.core.telegram.lane import run_raw

        stored = inbox.store([self._reaction(next(self._next), next(self._people)) for _ in range(size)])
        run_raw(RAW["message_reaction"], stored)
        for module in delivery.modules():
            delivery.deliver(module)

    @staticmethod
    def _reaction(number: int, user_id: int) -> dict[str, object]:
        user = {"id": user_id, "is_bot": False, "first_name": f"Lectora {user_id}", "username": f"lectora_{user_id}"}
        return {
            "update_id": number,
            "message_reaction": {
                "chat": {"id": GROUP_ID, "type": "supergroup", "title": "Bench"},
                "message_id": number,
                "date": 1_700_000_000,
                "user": {**user, "language_code": "es"},
                "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": EMOJI}],
            },
        }


def measured(chains: Chains, size: int, batches: int) -> float:
    """Milliseconds a chain."""
    started = perf_counter()
    for _ in range(batches):
        chains.run(size)
    return (perf_counter() - started) / (batches * size) * 1000


def main() -> None:
    """``python -m bench.scale RUN EVERY``: one JSON line with the milliseconds of each batch size."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
    django.setup()
    promote()
    chains = Chains(run=int(sys.argv[1]), every=int(sys.argv[2]))
    chains.run(1)
    sys.stdout.write(json.dumps({str(size): measured(chains, size, count) for size, count in BATCHES.items()}) + "\n")


if __name__ == "__main__":
    main()
