"""The poller against answers of every kind, without a network: only the Bot API is faked."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from yabot.core.health import Beat
from yabot.core.telegram import poller as module
from yabot.core.telegram.client import Answer, Doubtful, NotDelivered
from yabot.core.telegram.poller import AnotherPoller, Poller, WebhookActive, conflicts_bearable

CONFLICT = Answer(False, None, 409, "Conflict: terminated by other getUpdates request")


class FakeApi:
    """Answers in a fixed order, then never again."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.offsets: list[int] = []
        self.renewed = 0
        self.done = asyncio.Event()

    async def call(self, method: str, params: dict[str, Any], *, timeout: float) -> Answer:
        self.offsets.append(params["offset"])
        if not self._answers:
            self.done.set()
            await asyncio.Event().wait()
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def renew(self) -> None:
        self.renewed += 1


class FakePipeline:
    """Remembers what it is given; may fail to store a few times."""

    backlog = 0
    healthy = True

    def __init__(self, failures: int = 0) -> None:
        self._failures = failures
        self.stored: list[Any] = []
        self.beats: list[Beat] = []

    def store(self, updates: Sequence[Any]) -> "Future[int]":
        future: Future[int] = Future()
        if self._failures:
            self._failures -= 1
            future.set_exception(OSError("disk full"))
        else:
            self.stored += updates
            future.set_result(len(updates))
        return future

    def beat(self, beat: Beat) -> None:
        self.beats.append(beat)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    async def at_once(seconds: float) -> None:
        return None

    monkeypatch.setattr(module.asyncio, "sleep", at_once)


async def poll(api: FakeApi, pipeline: FakePipeline) -> None:
    """Poll until the answers are used up."""
    task = asyncio.create_task(Poller(api, pipeline, ["message"]).run())  # type: ignore[arg-type]
    done = asyncio.create_task(api.done.wait())
    await asyncio.wait([task, done], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    task.cancel()


def batch(*numbers: int) -> Answer:
    return Answer(True, [{"update_id": number} for number in numbers])


async def test_a_batch_is_stored_before_the_next_one_is_asked_for():
    api, pipeline = FakeApi(batch(5, 6), Answer(True, [])), FakePipeline()
    await poll(api, pipeline)

    assert [update["update_id"] for update in pipeline.stored] == [5, 6]
    assert api.offsets == [0, 7, 7]


async def test_a_batch_that_cannot_be_stored_is_not_confirmed_until_it_can():
    api, pipeline = FakeApi(batch(5)), FakePipeline(failures=3)
    await poll(api, pipeline)

    assert len(pipeline.stored) == 1
    assert api.offsets == [0, 6]


@pytest.mark.parametrize(
    "trouble",
    [
        NotDelivered("no route"),
        Doubtful("time-out"),
        Answer(False, None, 401, "Unauthorized"),
        Answer(False, None, 404, "Not Found"),
        Answer(False, None, 502, "Bad Gateway"),
        Answer(False, None, 429, "Too Many Requests", 3),
        Answer(True, "rubbish"),
    ],
)
async def test_any_trouble_is_waited_out_and_told(trouble):
    api, pipeline = FakeApi(trouble, trouble, batch(5)), FakePipeline()
    await poll(api, pipeline)

    assert len(pipeline.stored) == 1
    assert [beat.good for beat in pipeline.beats if not beat.good] == [False, False]
    assert pipeline.beats[-1].good


async def test_a_wedged_connection_is_replaced_after_three_silences():
    api = FakeApi(*[Doubtful("time-out")] * 3, batch(5))
    await poll(api, FakePipeline())

    assert api.renewed == 1


async def test_an_update_without_a_number_is_stored_and_confirms_nothing():
    api, pipeline = FakeApi(Answer(True, ["rubbish", {"update_id": 5}]), Answer(True, ["rubbish"])), FakePipeline()
    await poll(api, pipeline)

    assert len(pipeline.stored) == 3
    assert api.offsets == [0, 6, 6]


async def test_a_newcomer_gives_way_after_two_conflicts(monkeypatch):
    monkeypatch.setattr(module, "conflicts_bearable", lambda age: conflicts_bearable(0.0))
    with pytest.raises(AnotherPoller):
        await poll(FakeApi(CONFLICT, batch(5), CONFLICT, batch(6)), FakePipeline())


@pytest.mark.parametrize("slowness", [0.6, 1, 10])
def test_the_older_of_two_pollers_bears_more_on_a_fast_and_on_a_slow_machine(slowness):
    newcomer = conflicts_bearable(0.3 * slowness)
    holder = conflicts_bearable(2 * slowness)

    assert newcomer >= 2
    assert holder > newcomer + 1


async def test_the_poller_that_was_there_stays_through_many_conflicts_but_not_for_ever(monkeypatch):
    monkeypatch.setattr(module, "conflicts_bearable", lambda age: 12)
    pipeline = FakePipeline()
    await poll(FakeApi(*[CONFLICT] * 11, batch(5)), pipeline)
    assert len(pipeline.stored) == 1

    with pytest.raises(AnotherPoller):
        await poll(FakeApi(*[CONFLICT] * 12), FakePipeline())


async def test_a_webhook_is_no_other_poller_and_ends_the_poller_at_once():
    active = Answer(False, None, 409, "Conflict: can't use getUpdates method while webhook is active")

    with pytest.raises(WebhookActive):
        await poll(FakeApi(batch(5), active), FakePipeline())
