"""The circuit breaker: anything may happen in any order, and it never asks too much nor stays open for ever."""

import threading
from datetime import UTC, datetime, timedelta

import time_machine
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from yabot.core.breaker import FAILURES, SECONDS, Breaker, Circuit, LocalCircuits, State

START = datetime(2026, 5, 1, tzinfo=UTC)


class AnyCalls(RuleBasedStateMachine):
    """Callers that begin, succeed, fail or vanish, while time passes or jumps, against the rules in plain words."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.clock = time_machine.travel(self.now, tick=False)
        self.traveller = self.clock.start()
        self.breaker = Breaker("a:b", LocalCircuits())
        self.row = 0  # failures in a row while closed
        self.opened: datetime | None = None
        self.trial: datetime | None = None

    def teardown(self) -> None:
        self.clock.stop()

    @property
    def state(self) -> State:
        if self.opened is None:
            return State.CLOSED
        return State.OPEN if self.now - self.opened < timedelta(seconds=SECONDS) else State.HALF_OPEN

    @rule(target=calls)
    def ask(self):
        free = self.trial is None or self.now - self.trial >= timedelta(seconds=SECONDS)
        expected = self.state is State.CLOSED or (self.state is State.HALF_OPEN and free)
        if self.state is State.HALF_OPEN and expected:
            self.trial = self.now

        assert self.breaker.allows() is expected
        return expected

    @rule(call=consumes(calls))
    def succeed(self, call):
        if not call:
            return
        self.breaker.succeeded()
        if self.state is not State.OPEN:
            self.row, self.opened, self.trial = 0, None, None

    @rule(call=consumes(calls))
    def fail(self, call):
        if not call:
            return
        self.breaker.failed()
        if self.state is State.OPEN:
            return
        half, self.row = self.state is State.HALF_OPEN, self.row + 1
        self.opened = self.now if half or self.row >= FAILURES else None
        self.trial = None

    @rule(call=consumes(calls))
    def vanish(self, call):
        """The process that called was killed: nobody says how it went."""

    @rule(seconds=st.one_of(st.floats(0.001, 29), st.sampled_from([SECONDS - 0.01, SECONDS, SECONDS + 0.01, 3600])))
    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.traveller.move_to(self.now, tick=False)

    @invariant()
    def it_is_as_the_rules_say(self):
        assert self.breaker.state() is self.state


TestAnyCalls = AnyCalls.TestCase
TestAnyCalls.settings = given_settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_five_failures_in_a_row_open_it_for_thirty_seconds_and_then_one_may_try():
    breaker = Breaker("a:b", LocalCircuits())
    with time_machine.travel(START, tick=False) as time:
        for _ in range(FAILURES):
            assert breaker.allows()
            breaker.failed()

        assert not breaker.allows()
        time.shift(29.9)
        assert not breaker.allows()
        time.shift(0.1)
        assert [breaker.allows(), breaker.allows()] == [True, False]
        breaker.succeeded()
        assert [breaker.allows(), breaker.allows()] == [True, True]


def test_four_failures_and_a_success_are_no_row():
    breaker = Breaker("a:b", LocalCircuits())

    for _ in range(3):
        for _ in range(FAILURES - 1):
            breaker.failed()
        breaker.succeeded()

    assert breaker.state() is State.CLOSED


def test_a_failed_trial_opens_it_for_another_thirty_seconds():
    breaker = Breaker("a:b", LocalCircuits())
    with time_machine.travel(START, tick=False) as time:
        for _ in range(FAILURES):
            breaker.failed()
        time.shift(SECONDS)
        assert breaker.allows()
        breaker.failed()

        time.shift(SECONDS - 1)
        assert not breaker.allows()
        time.shift(1)
        assert breaker.allows()


def test_a_clock_that_is_set_back_does_not_keep_it_open():
    breaker = Breaker("a:b", LocalCircuits())
    with time_machine.travel(START, tick=False) as time:
        for _ in range(FAILURES):
            breaker.failed()
        time.shift(timedelta(days=-1))

        assert breaker.allows()


def test_of_many_threads_one_may_try():
    breaker = Breaker("a:b", LocalCircuits())
    with time_machine.travel(START, tick=False) as time:
        for _ in range(FAILURES):
            breaker.failed()
        time.shift(SECONDS)
        allowed: list[bool] = []
        threads = [threading.Thread(target=lambda: allowed.append(breaker.allows())) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert allowed.count(True) == 1


def test_circuits_of_different_operations_know_nothing_of_each_other():
    kept = LocalCircuits()
    for _ in range(FAILURES):
        Breaker("a:b", kept).failed()

    assert not Breaker("a:b", kept).allows()
    assert Breaker("a:c", kept).allows()
    assert kept.read("a:c") == Circuit()
