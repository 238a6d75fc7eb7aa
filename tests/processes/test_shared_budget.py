"""One rate budget for several senders, in a real Valkey with a clock that the test moves."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.processes.valkey import Valkey
from yabot.core.telegram.budget import Rates
from yabot.core.telegram.shared_budget import SharedBudget

BOT = "4242"


class Clock:
    """Seconds that a test moves, for the processes and for the server."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def micros(self) -> int:
        return round(self.now * 1_000_000)


class Crowd:
    """Some senders that share one budget and one clock, and a log of what they sent."""

    def __init__(self, valkey: Valkey, count: int = 2, **rates: float) -> None:
        self.clock, self.sent = Clock(), []
        self.senders = [
            SharedBudget(
                Rates(**rates),
                valkey.client,
                bot=BOT,
                senders=lambda: count,
                clock=self.clock,
                server_time=self.clock.micros,
            )
            for _ in range(count)
        ]
        self.senders[0].grant([])  # the server's memory of this budget begins
        self.clock.now += 1.0

    def send(self, sender: int, chats: list[int]) -> list[int]:
        """What this sender is granted, asked as it asks: only for chats it does not know to rest."""
        budget = self.senders[sender]
        known = set(budget.resting())
        granted = budget.grant([chat for chat in chats if chat not in known][: budget.room()])
        self.sent += [(self.clock.now, chat) for chat in granted]
        return granted


def check(sent: list[tuple[float, int]], *, overall: int, group: int = 20) -> None:
    """Telegram's limits held in every window."""
    for moment, _ in sent:
        second = [chat for when, chat in sent if moment <= when < moment + 1 - 1e-6]
        minute = Counter(chat for when, chat in sent if moment <= when < moment + 60 - 1e-6 and chat < 0)
        assert len(second) <= overall
        assert max(Counter(second).values()) <= 1
        assert max(minute.values(), default=0) <= group


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.lists(st.sampled_from([1, 2, 3, 4, -5, -6]), max_size=6, unique=True), st.floats(0, 9)
        ),
        max_size=60,
    )
)
def test_together_they_keep_telegrams_limits_at_any_pace(valkey, wishes):
    valkey.client.flushall()
    crowd = Crowd(valkey, count=3, overall=4, per_group_minute=5)
    for sender, chats, pause in wishes:
        crowd.clock.now += pause / 10
        crowd.send(sender, chats)

    check(crowd.sent, overall=4, group=5)


def test_what_one_spends_the_other_does_not_have(valkey):
    crowd = Crowd(valkey, overall=3)

    assert crowd.send(0, [1, 2]) == [1, 2]
    assert crowd.send(1, [3, 4]) == [3]
    assert crowd.send(1, [4]) == []
    crowd.clock.now += 1.0
    assert crowd.send(1, [4]) == [4]


def test_a_sender_knows_when_there_is_room_again(valkey):
    crowd = Crowd(valkey, overall=1)
    crowd.send(0, [1])
    crowd.clock.now += 0.25
    crowd.send(1, [2])

    assert crowd.senders[1].room() == 0
    assert crowd.senders[1].wait() == pytest.approx(0.75)


def test_a_chat_one_writes_to_rests_for_the_other(valkey):
    crowd = Crowd(valkey)
    crowd.send(0, [7])

    assert crowd.send(1, [7, 8]) == [8]
    assert crowd.senders[1].resting() == [8, 7]


def test_a_pause_and_an_answer_of_one_are_told_to_the_other(valkey):
    crowd = Crowd(valkey, overall=2)
    first, second = crowd.senders
    first.pause(7, 30)
    first.spend(8)
    first._teller.shutdown()

    assert second.grant([7, 8, 9, 10]) == [9]
    crowd.clock.now += 29
    assert second.grant([7]) == []
    crowd.clock.now += 1
    assert second.grant([7]) == [7]


def test_answers_are_counted_beyond_the_limit(valkey):
    crowd = Crowd(valkey, overall=2)
    for chat in (1, 2, 3):
        crowd.senders[0].spend(chat)
    crowd.senders[0]._teller.shutdown()

    crowd.clock.now += 0.5
    assert crowd.send(1, [4]) == []


def test_a_server_that_lost_its_memory_grants_nothing_for_a_second(valkey):
    crowd = Crowd(valkey, overall=2)
    crowd.send(0, [1, 2])
    crowd.clock.now += 0.5
    valkey.client.flushall()

    assert crowd.send(1, [3, 4]) == []
    crowd.clock.now += 0.9
    assert crowd.send(1, [3, 4]) == []
    crowd.clock.now += 0.1
    assert crowd.send(1, [3, 4]) == [3, 4]


def test_without_a_server_each_sends_its_share_after_a_second_of_silence(valkey):
    crowd = Crowd(valkey, overall=4, per_chat=1, per_group_minute=4)
    crowd.send(0, [1, 2, 3, 4])
    valkey.stop()

    assert crowd.send(1, [5]) == []
    crowd.clock.now += 1.0
    assert crowd.send(0, [5]) == []
    crowd.clock.now += 1.0
    assert crowd.send(0, [1, 2, 3, 4, 5, 6]) == [1, 2]
    assert crowd.send(1, [5, 6, 7]) == [5, 6]
    crowd.clock.now += 1.0
    assert crowd.send(1, [5, 6, 7]) == [7]


def test_a_server_that_is_back_begins_with_a_second_of_silence(valkey):
    crowd = Crowd(valkey, overall=2)
    valkey.stop()
    crowd.send(0, [1])
    crowd.clock.now += 1.0
    assert crowd.send(0, [1]) == [1]
    valkey.start()
    crowd.clock.now += 1.0

    assert crowd.send(0, [2]) == []
    crowd.clock.now += 1.0
    assert crowd.send(0, [2, 3]) == [2, 3]


def test_a_lifted_budget_asks_nobody(valkey):
    crowd = Crowd(valkey, overall=0)
    valkey.stop()

    assert crowd.send(0, list(range(1, 100))) == list(range(1, 100))
    assert crowd.send(1, [1]) == [1]


def test_time_is_the_servers_own(valkey):
    valkey.client.set(f"budget:{BOT}:begun", 0)
    first, second = [SharedBudget(Rates(overall=2), valkey.client, bot=BOT, senders=lambda: 2) for _ in range(2)]

    before = micros(valkey)
    assert first.grant([1]) == [1]
    granted = second.grant([2, 3])
    after = micros(valkey)

    stamps = [int(stamp) for stamp in valkey.client.lrange(f"budget:{BOT}:all", 0, -1)]
    assert stamps and all(before <= stamp <= after for stamp in stamps)
    assert granted == [2] or after - before >= 1_000_000  # a machine that stood still for the second


def micros(valkey) -> int:
    """The server's time."""
    seconds, rest = valkey.client.time()
    return seconds * 1_000_000 + rest
