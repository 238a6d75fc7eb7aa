"""What a transaction needs from outside is brought between two runs of it."""

import pytest
from django.db import connection

from yabot.core import errands
from yabot.core.errands import MOST, TooManyErrands
from yabot.core.models import Lease
from yabot.core.transactions import atomic

pytestmark = pytest.mark.django_db(transaction=True)


def test_outside_a_transaction_it_is_a_plain_call():
    assert errands.bring("a", lambda: 7) == 7


def test_inside_it_is_brought_while_no_transaction_is_open_and_the_function_runs_again():
    seen, runs = [], []

    def ask() -> str:
        seen.append(connection.in_atomic_block)
        return "here"

    @atomic
    def write() -> str:
        runs.append(1)
        Lease.objects.create(name=f"run {len(runs)}")
        return errands.bring("a", ask) + errands.bring("a", ask)

    assert write() == "herehere"
    assert seen == [False]
    assert list(Lease.objects.values_list("name", flat=True)) == ["run 2"]


def test_a_part_of_a_transaction_waits_for_the_whole():
    runs = []

    @atomic
    def part() -> int:
        return errands.bring("a", lambda: 7)

    @atomic
    def whole() -> int:
        runs.append(1)
        return part() + part()

    assert whole() == 14
    assert len(runs) == 2


def test_a_failure_is_raised_where_it_was_needed_and_can_be_caught_there():
    def ask() -> int:
        raise LookupError("away")

    @atomic
    def write() -> str:
        Lease.objects.create(name="kept")
        try:
            errands.bring("a", ask)
        except LookupError as error:
            return str(error)
        return ""

    assert write() == "away"
    assert Lease.objects.filter(name="kept").exists()


def test_nothing_is_remembered_for_the_next_transaction():
    answers = iter([1, 2])

    @atomic
    def read() -> int:
        return errands.bring("a", lambda: next(answers))

    assert [read(), read()] == [1, 2]


def test_a_transaction_that_always_needs_something_else_ends():
    asked = []

    @atomic
    def restless() -> int:
        return errands.bring(len(asked), lambda: asked.append(1))

    with pytest.raises(TooManyErrands):
        restless()
    assert len(asked) == MOST


def test_an_errand_may_use_transactions_of_its_own():
    @atomic
    def note() -> str:
        Lease.objects.create(name="errand")
        return "noted"

    @atomic
    def write() -> str:
        return errands.bring("a", note)

    assert write() == "noted"
    assert Lease.objects.filter(name="errand").count() == 1
