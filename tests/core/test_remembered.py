"""What is remembered is never older than it may be, whoever reads while it changes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from yabot.core.remembered import Remembered
from yabot.core.transactions import atomic

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Source:
    """Counts how often it is read; ``meanwhile`` happens during a read, after the value was taken."""

    value = 1

    def __init__(self) -> None:
        self.reads = 0
        self.meanwhile = lambda: None

    def read(self) -> int:
        self.reads += 1
        found = self.value
        self.meanwhile()
        return found


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def remembered(source) -> Remembered[int]:
    return Remembered(source.read, fresh=timedelta(seconds=2))


def test_it_is_read_once_while_it_is_fresh(source, remembered):
    with time_machine.travel(NOON, tick=False) as clock:
        assert [remembered(), remembered()] == [1, 1]
        clock.shift(1.999)
        assert (remembered(), source.reads) == (1, 1)
        clock.shift(0.001)
        assert (remembered(), source.reads) == (1, 2)


def test_a_clock_that_goes_back_makes_it_no_younger(source, remembered):
    with time_machine.travel(NOON, tick=False) as clock:
        remembered()
        clock.shift(-10)
        remembered()

    assert source.reads == 2


def test_a_change_here_is_known_at_once(source, remembered):
    remembered()
    source.value = 2
    assert remembered() == 1

    remembered.forget()

    assert remembered() == 2


def test_what_was_read_before_a_change_is_not_kept_after_it(source, remembered):
    def change() -> None:
        source.value, source.meanwhile = 2, lambda: None
        remembered.forget()

    source.meanwhile = change

    assert remembered() == 1
    assert remembered() == 2


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_the_commit_is_forgotten_with_it(source, remembered):
    @atomic
    def change() -> None:
        remembered.changed()
        remembered()  # somebody else reads what was
        source.value = 2

    change()

    assert remembered() == 2
