"""Counting every operation: in memory, in bulk, within bounds."""

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yabot.core import correlation, metrics
from yabot.core.correlation import Trace
from yabot.core.errors import DomainError
from yabot.core.ids import uuid7
from yabot.core.metrics import BOUNDS, OTHER, Kind, Operation, Recorder, Series, measured, named, quantile

SEND = Operation(Kind.SEND, "core", "sendMessage")
TIMES = st.lists(st.floats(min_value=0.01, max_value=9_999), min_size=1, max_size=200)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """A recorder of its own, used by everything that counts."""
    fresh = Recorder()
    monkeypatch.setattr(metrics, "record", fresh.record)
    return fresh


def counted(recorder: Recorder) -> dict[Operation, Series]:
    return recorder.take()[0]


def test_an_operation_is_counted_with_its_time(recorder: Recorder) -> None:
    recorder.record(SEND, 3.0)
    recorder.record(SEND, 40.0, items=5)

    series = counted(recorder)[SEND]
    assert (series.count, series.items, series.ms, series.slowest_ms, series.failures) == (2, 6, 43.0, 40.0, 0)
    assert [place for place, number in enumerate(series.buckets) if number] == [2, 5]


def test_what_was_taken_is_counted_anew(recorder: Recorder) -> None:
    recorder.record(SEND, 3.0)
    recorder.take()

    assert recorder.take() == ({}, [])


def test_failed_and_slow_ones_are_kept_with_their_chain(recorder: Recorder) -> None:
    chain = uuid7()
    with correlation.following(Trace(chain)):
        recorder.record(SEND, 3.0, error="403 Forbidden 123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    recorder.record(SEND, 2000.0)
    recorder.record(SEND, 1.0)

    series, (failed, slow) = recorder.take()
    assert (failed.success, failed.chain, failed.error) == (False, chain, "403 Forbidden <token>")
    assert (slow.success, slow.chain, slow.ms) == (True, None, 2000.0)
    assert series[SEND].failures == 1


def test_the_slowest_names_its_chain(recorder: Recorder) -> None:
    fast, slow = uuid7(), uuid7()
    recorder.record(SEND, 3.0, chain=fast)
    recorder.record(SEND, 9.0, chain=slow)
    recorder.record(SEND, 4.0, chain=fast)

    assert counted(recorder)[SEND].slowest_chain == slow


def test_memory_is_bounded_whatever_is_counted(recorder: Recorder) -> None:
    for number in range(metrics.MOST_OPERATIONS + 50):
        recorder.record(Operation(Kind.HTTP, "web", str(number)), 1.0, error="no")

    series, samples = recorder.take()
    assert len(series) == metrics.MOST_OPERATIONS + 1
    assert series[OTHER].count == 50
    assert len(samples) == metrics.MOST_SAMPLES


def test_nothing_is_lost_between_threads(recorder: Recorder) -> None:
    def work() -> None:
        for _ in range(2000):
            recorder.record(SEND, 1.0)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counted(recorder)[SEND].count == 8000


def test_what_happens_inside_is_measured(recorder: Recorder) -> None:
    with measured(SEND, items=3):
        pass

    series = counted(recorder)[SEND]
    assert (series.count, series.items, series.failures) == (1, 3, 0)


def test_an_exception_is_a_failure_and_goes_on(recorder: Recorder) -> None:
    with pytest.raises(ZeroDivisionError), measured(SEND):
        _ = 1 / 0

    series, (sample,) = recorder.take()
    assert series[SEND].failures == 1
    assert sample.error == "ZeroDivisionError: division by zero"


def test_a_refusal_of_the_domain_is_no_failure(recorder: Recorder) -> None:
    with pytest.raises(DomainError), measured(SEND):
        raise DomainError

    assert counted(recorder)[SEND].failures == 0


def test_an_operation_is_named_after_its_function() -> None:
    from gamification.bot.wallet import on_balance
    from yabot.core.telegram.raw import on_reactions

    assert named(Kind.HANDLER, on_balance) == ("handler", "gamification", "on_balance")
    assert named(Kind.HANDLER, on_reactions) == ("handler", "core", "on_reactions")


def test_a_moment_is_kept_in_utc(recorder: Recorder) -> None:
    recorder.record(SEND, 1.0, error="no")

    assert abs((recorder.take()[1][0].at - datetime.now(UTC)).total_seconds()) < 60


@given(TIMES, st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_is_right_to_its_bucket(times: list[float], share: float) -> None:
    recorder = Recorder()
    for ms in times:
        recorder.record(SEND, ms)
    real = sorted(times)[max(0, -(-len(times) * int(share * 100) // 100) - 1)]

    read = quantile(counted(recorder)[SEND].buckets, share)

    assert read is not None
    high = next(bound for bound in BOUNDS if real <= bound)
    low = max([0.0, *(bound for bound in BOUNDS if bound < high)])
    assert low <= read <= high


def test_nothing_has_no_percentile_and_the_slowest_bucket_has_a_bound() -> None:
    assert quantile([0] * (len(BOUNDS) + 1), 0.5) is None
    assert quantile([0] * len(BOUNDS) + [3], 0.5) == BOUNDS[-1]


@given(TIMES, TIMES)
def test_counts_add_up_in_any_order(first: list[float], second: list[float]) -> None:
    apart, together = Series(), Recorder()
    for part in (first, second):
        recorder = Recorder()
        for ms in part:
            recorder.record(SEND, ms)
            together.record(SEND, ms)
        apart.merge(counted(recorder)[SEND])

    whole = counted(together)[SEND]
    assert (apart.count, apart.buckets, apart.slowest_ms) == (whole.count, whole.buckets, whole.slowest_ms)
    assert apart.ms == pytest.approx(whole.ms)
