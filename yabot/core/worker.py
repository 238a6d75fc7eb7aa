"""A delivery worker: holds a fair share of the shards and brings events to modules, as fast as they come."""

import math
import time
from collections.abc import Collection

from django.conf import settings

from yabot.core import clock, delivery, leases, modules
from yabot.core.events import SHARDS
from yabot.core.models import Lease

LEASE_SECONDS = 15.0
RENEW_SECONDS = 5.0
WORKER = "worker:"
_SHARD = "shard:"


class Worker:
    """Delivers for the shards it holds. Any number may run; each shard is worked by one of them at a time."""

    def __init__(self, owner: str | None = None) -> None:
        self.owner = owner or leases.new_owner()
        scope = modules.scope()  # whoever runs other modules shares other work, and must not take the same leases
        self._worker, self._shard = (f"{kind}{scope}:" if scope else kind for kind in (WORKER, _SHARD))
        self.shards: set[int] = set()
        self.calm = False
        self._renew_at = 0.0

    def work(self, chosen: Collection[str] | None = None) -> set[str]:
        """One batch for each of ``chosen`` (default: all that run here); the modules that may have more waiting."""
        self.renew()
        if not self.shards:
            return set()
        mine = None if len(self.shards) == SHARDS else self.shards
        return {
            module
            for module in (delivery.modules_here() if chosen is None else chosen)
            if delivery.deliver(module, shards=mine, calm=self.calm) >= settings.DELIVERY_BATCH
        }

    def drain(self) -> None:
        """Work until nothing is due."""
        while any(delivery.deliver(module, shards=self._mine()) for module in delivery.modules_here()):
            pass

    def _mine(self) -> set[int] | None:
        self.renew()
        return None if len(self.shards) == SHARDS else self.shards

    def renew(self) -> None:
        """Now and then: say that this worker lives, keep or take its share of shards, look at the backlog."""
        if time.monotonic() < self._renew_at:
            return
        self._renew_at = time.monotonic() + RENEW_SECONDS
        leases.take(self._worker + self.owner, self.owner, seconds=LEASE_SECONDS)
        self._take_share(math.ceil(SHARDS / max(1, self._alive())))
        self.calm = delivery.is_overloaded()

    def _alive(self) -> int:
        now = clock.now()
        rows = Lease.objects.filter(name__startswith=self._worker, expires_at__gt=now).exclude(owner="")
        return sum(row.name == self._worker + row.owner and not leases.is_gone(row.owner) for row in rows)

    def _take_share(self, share: int) -> None:
        """Give back what is too much, renew what is held, take what is free."""
        for shard in sorted(self.shards)[share:]:
            Lease.objects.filter(name=f"{self._shard}{shard}", owner=self.owner).update(
                owner="", expires_at=clock.now()
            )
            self.shards.discard(shard)
        first = hash(self.owner) % SHARDS
        order = sorted(self.shards) + [(first + step) % SHARDS for step in range(SHARDS)]
        held: set[int] = set()
        for shard in dict.fromkeys(order):
            if len(held) < share and leases.take(f"{self._shard}{shard}", self.owner, seconds=LEASE_SECONDS):
                held.add(shard)
        self.shards = held

    def stop(self) -> None:
        """Give everything back, so that others go on at once."""
        leases.give_back(self.owner)
        Lease.objects.filter(name=self._worker + self.owner).delete()
        self.shards = set()
