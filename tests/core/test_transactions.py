import threading

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.transaction import TransactionManagementError

from tests.conflicts import deadlock
from tests.engine import postgres_only, sqlite_only
from yabot.core import transactions
from yabot.core.models import Lease
from yabot.core.transactions import atomic, on_commit


@atomic
def write(name: str) -> None:
    Lease.objects.create(name=name)


@pytest.mark.django_db
def test_an_atomic_function_that_raises_has_written_nothing():
    @atomic
    def fail() -> None:
        write("a")
        raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert not Lease.objects.exists()


@pytest.mark.django_db
def test_catching_the_failure_of_an_inner_function_is_refused():
    @atomic
    def swallow() -> None:
        try:
            write("a")
            write("a")
        except IntegrityError:
            Lease.objects.count()

    with pytest.raises(TransactionManagementError):
        swallow()


@pytest.mark.django_db(transaction=True)
def test_a_transient_conflict_runs_the_whole_function_again(monkeypatch):
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)
    tries = []

    @atomic
    def sometimes() -> str:
        tries.append(1)
        write(f"try {len(tries)}")
        if len(tries) < 3:
            raise deadlock()
        return "done"

    assert sometimes() == "done"
    assert list(Lease.objects.values_list("name", flat=True)) == ["try 3"]


@pytest.mark.django_db(transaction=True)
def test_a_conflict_that_does_not_end_is_raised_after_the_last_try(monkeypatch):
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)
    tries = []

    @atomic
    def never() -> None:
        tries.append(1)
        raise deadlock()

    with pytest.raises(OperationalError):
        never()
    assert len(tries) == transactions.TRIES


@sqlite_only
@pytest.mark.parametrize("told", ["database is locked", "database table is locked: core_lease"])
def test_sqlite_says_in_words_that_somebody_else_writes(told):
    assert transactions.is_transient(OperationalError(told))


def test_what_an_error_quotes_makes_it_no_conflict():
    assert not transactions.is_transient(IntegrityError("Key (name)=(deadlock detected) already exists."))


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_that_wait_for_each_other_both_are_done_in_the_end():
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    @atomic
    def update(mine: str, other: str) -> None:
        tries.append(mine)
        Lease.objects.filter(name=mine).update(owner=mine)
        if tries.count(mine) == 1:
            both_hold_one.wait(30)
        Lease.objects.filter(name=other).update(owner=mine)

    def run(mine: str, other: str) -> None:
        try:
            update(mine, other)
        finally:
            connection.close()

    write("a")
    write("b")
    threads = [threading.Thread(target=run, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    owners = {lease.owner for lease in Lease.objects.all()}
    assert len(owners) == 1, "whoever was done last has both"
    assert len(tries) >= 3, "one of them was told to try again"


@pytest.mark.django_db(transaction=True)
def test_another_database_error_is_raised_at_once():
    tries = []

    @atomic
    def broken() -> None:
        tries.append(1)
        raise OperationalError("no such table")

    with pytest.raises(OperationalError):
        broken()
    assert len(tries) == 1


@pytest.mark.django_db(transaction=True)
def test_the_failure_of_a_part_may_be_said_in_other_words():
    @atomic
    def part() -> None:
        write("part")
        raise KeyError("a part's own word")

    @atomic
    def whole() -> None:
        try:
            part()
        except KeyError as error:
            raise LookupError("as others know it") from error

    with pytest.raises(LookupError, match="as others know it"):
        whole()
    assert not Lease.objects.filter(name="part").exists()


@pytest.mark.django_db(transaction=True)
def test_a_hook_that_fails_after_the_commit_takes_nothing_back(expected_errors):
    expected_errors.append("Error calling")

    @atomic
    def commit() -> None:
        write("kept")
        on_commit(lambda: 1 / 0)

    commit()

    assert Lease.objects.filter(name="kept").exists()


@pytest.mark.django_db(transaction=True)
def test_threads_of_one_process_take_turns_instead_of_failing():
    def write_many(thread: int) -> None:
        for number in range(10):
            write(f"{thread}:{number}")
        connection.close()

    threads = [threading.Thread(target=write_many, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Lease.objects.count() == 80


@pytest.mark.django_db(transaction=True)
def test_whoever_loses_the_race_for_a_row_finds_it():
    both_looked = threading.Barrier(2)
    told: list[str] = []
    looked: list[int] = []

    @atomic
    def find_or_make() -> str:
        if Lease.objects.filter(name="a").exists():
            return "found"
        looked.append(threading.get_ident())
        # On SQLite the second one waits until the first has committed. Whoever tries again does so alone.
        if connection.vendor != "sqlite" and looked.count(threading.get_ident()) == 1:
            both_looked.wait(30)
        write("a")
        return "made"

    def ask() -> None:
        told.append(find_or_make())
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["found", "made"]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_really_there_already_is_refused_after_few_tries():
    write("a")

    with pytest.raises(IntegrityError):
        write("a")
