"""The right to do something alone: taken, renewed and given back by conditional updates."""

import functools
import hashlib
import os
import secrets
import socket
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.db import IntegrityError, connection
from django.db.models import Q

from yabot.core import clock
from yabot.core.models import Lease
from yabot.core.transactions import atomic


def new_owner() -> str:
    """A name for this process that no other process has: where it runs, process id, a random part; 50 characters."""
    return f"{here()}:{os.getpid()}:{secrets.token_hex(4)}"


@functools.cache
def here() -> str:
    """Where this process runs; the same only for processes that see each other's process ids."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return place(socket.gethostname(), boot, os.readlink("/proc/self/ns/pid"))
    return place(socket.gethostname())  # no Linux: no such namespaces either


def place(host: str, boot: str = "", namespace: str = "") -> str:
    """A short name that a person can read for a machine, told apart by its whole name, its start and its namespace.

    Names of pods are long and begin alike; containers may share a name and have process ids of their own.
    """
    digest = hashlib.sha256(f"{host}\n{boot}\n{namespace}".encode()).hexdigest()
    return f"{host[:22]}-{digest[:10]}"


def is_gone(owner: str) -> bool:
    """Whether ``owner`` was a process of this place that certainly no longer runs."""
    where, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if where != here() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_unburied(pid)


def _is_unburied(pid: str) -> bool:
    """Whether it has ended and is only listed until its parent looks, which in some containers never happens."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def take(name: str, owner: str, *, seconds: float) -> bool:
    """Take or renew the lease for ``seconds``; False while somebody else holds it.

    A lease of a process that died on this host is taken over at once, any other when it has run out.
    """
    work = _take if connection.vendor == "mongodb" else atomic(_take)
    try:
        return work(name, owner, timedelta(seconds=seconds))
    except IntegrityError:  # somebody made the row between our look and our insert
        return False


def _take(name: str, owner: str, time: timedelta) -> bool:
    """On MongoDB without a transaction: one of a process that is killed holds its rows for up to a minute."""
    now = clock.now()
    free = Q(owner__in=["", owner]) | Q(expires_at__lte=now)
    found = Lease.objects.filter(pk=name).first()
    if found is None:
        Lease.objects.create(name=name, owner=owner, expires_at=now + time)
        return True
    if is_gone(found.owner):
        free |= Q(owner=found.owner)
    return bool(Lease.objects.filter(free, pk=name).update(owner=owner, expires_at=now + time))


def give_back(owner: str) -> int:
    """End every lease ``owner`` holds; how many."""
    return _give_back(owner) if connection.vendor == "mongodb" else atomic(_give_back)(owner)


def _give_back(owner: str) -> int:
    return Lease.objects.filter(owner=owner).update(owner="", expires_at=clock.now())


FORGET = timedelta(days=1)


@atomic
def forget_old() -> int:
    """Delete the leases of processes that are long gone; how many."""
    return Lease.objects.filter(expires_at__lt=clock.now() - FORGET).delete()[0]


def holder(name: str) -> str:
    """Who holds the lease now; empty when nobody does."""
    row = Lease.objects.filter(pk=name, expires_at__gt=clock.now()).first()
    return "" if row is None or is_gone(row.owner) else row.owner
