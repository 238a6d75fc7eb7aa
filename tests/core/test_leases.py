import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine

from yabot.core import clock, leases
from yabot.core.models import Lease
from yabot.core.worker import WORKER

pytestmark = pytest.mark.django_db


def a_process_that_ended() -> str:
    """The owner's name of a process of this host that no longer runs."""
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    return f"{leases.here()}:{child.pid}:abc"


def test_only_one_holds_a_lease():
    assert leases.take("poller", "elsewhere:1:a", seconds=10)
    assert not leases.take("poller", "elsewhere:2:b", seconds=10)
    assert leases.holder("poller") == "elsewhere:1:a"


def test_the_holder_may_renew():
    leases.take("poller", "elsewhere:1:a", seconds=10)

    assert leases.take("poller", "elsewhere:1:a", seconds=10)


def test_a_lease_that_ran_out_is_free():
    leases.take("poller", "elsewhere:1:a", seconds=10)

    with time_machine.travel(clock.now() + timedelta(seconds=11), tick=False):
        assert leases.holder("poller") == ""
        assert leases.take("poller", "elsewhere:2:b", seconds=10)


def test_a_lease_given_back_is_free_at_once():
    leases.take("poller", "elsewhere:1:a", seconds=10)

    assert leases.give_back("elsewhere:1:a") == 1
    assert leases.take("poller", "elsewhere:2:b", seconds=10)


def test_a_lease_of_a_process_that_died_here_is_taken_over_at_once():
    dead = a_process_that_ended()
    leases.take("poller", dead, seconds=1000)

    assert leases.is_gone(dead)
    assert leases.take("poller", leases.new_owner(), seconds=10)


def test_a_process_of_another_host_is_never_thought_dead():
    assert not leases.is_gone("another-host:1:a")
    assert not leases.is_gone(leases.new_owner())


POD = "yabot-worker-production-7c9f6d5b8-x2m4q"


@pytest.mark.parametrize(
    "elsewhere",
    [(f"{POD[:-5]}k8w7z", "boot", "pid:[1]"), (POD, "another boot", "pid:[1]"), (POD, "boot", "pid:[2]"), (POD,)],
)
def test_a_name_that_begins_alike_another_start_or_another_namespace_is_another_place(elsewhere):
    assert leases.place(*elsewhere) != leases.place(POD, "boot", "pid:[1]")


def test_a_process_that_is_not_seen_from_here_is_never_thought_dead():
    pid = a_process_that_ended().split(":")[1]

    assert not leases.is_gone(f"{leases.place(socket.gethostname(), 'boot', 'pid:[1]')}:{pid}:abc")


def test_a_place_can_be_read_and_its_processes_fit_every_column():
    longest = Lease._meta.get_field("name").max_length
    owner = f"{leases.place('a' * 255)}:4194304:{'f' * 8}"

    assert leases.place("ana.example").startswith("ana.example-")
    assert len(f"{WORKER}ch.ga:{owner}") <= longest


def test_leases_of_processes_that_are_long_gone_are_forgotten():
    Lease.objects.create(name="worker:old", owner="elsewhere:1:a", expires_at=clock.now() - timedelta(days=2))
    leases.take("poller", "elsewhere:2:b", seconds=10)

    assert leases.forget_old() == 1
    assert [lease.name for lease in Lease.objects.all()] == ["poller"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there somebody can see it")
def test_a_process_that_ended_and_that_nobody_has_buried_is_gone():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended; its parent does not take note

    assert leases.is_gone(f"{leases.here()}:{child.pid}:abc")
    child.wait()
