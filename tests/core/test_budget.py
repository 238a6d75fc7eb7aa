from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from yabot.core.telegram.budget import RateBudget, Rates


class Clock:
    """Seconds that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def budget(**rates: float) -> tuple[RateBudget, Clock]:
    clock = Clock()
    return RateBudget(Rates(**rates), clock), clock


def test_no_more_than_the_rate_goes_in_any_second():
    purse, clock = budget(overall=30)
    for chat in range(1, 31):
        purse.spend(chat)
    assert purse.room() == 0

    clock.now += 0.5
    assert purse.room() == 0
    assert purse.wait() == 0.5

    clock.now += 0.5
    assert purse.room() == 30


def test_a_chat_rests_a_second_after_each_message():
    purse, clock = budget()
    purse.spend(7)
    assert purse.resting() == [7]

    clock.now += 1.0
    assert purse.resting() == []


def test_a_group_rests_when_its_minute_is_full():
    purse, clock = budget(per_group_minute=3)
    for _ in range(3):
        purse.spend(-7)
        clock.now += 1.0
    assert purse.resting() == [-7]

    clock.now += 57.0
    assert purse.resting() == []


def test_retry_after_pauses_that_chat_only():
    purse, clock = budget()
    purse.pause(7, 30)

    assert purse.resting() == [7]
    assert purse.room() == 30
    clock.now += 30
    assert purse.resting() == []


def test_a_lifted_budget_holds_nothing_back():
    purse, _clock = budget(overall=0)
    for _ in range(1000):
        purse.spend(7)

    assert purse.room() > 1000
    assert purse.resting() == []
    assert purse.wait() is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, -4, -5]), st.floats(0, 0.4)), max_size=250))
def test_whoever_obeys_the_budget_keeps_telegrams_limits(wishes):
    purse, clock = budget(overall=5)
    sent: list[tuple[float, int]] = []
    for chat, pause in wishes:
        clock.now += pause
        if purse.room() > 0 and chat not in purse.resting():
            purse.spend(chat)
            sent.append((clock.now, chat))

    for moment, _ in sent:
        second = [chat for when, chat in sent if moment <= when < moment + 1]
        minute = Counter(chat for when, chat in sent if moment <= when < moment + 60 and chat < 0)
        assert len(second) <= 5
        assert max(Counter(second).values()) <= 1
        assert max(minute.values(), default=0) <= 20
