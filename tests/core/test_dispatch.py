"""The answering lane when the database does not answer, and when one reader wants too much."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, OperationalError

from yabot.core.errors import TooMuchAtOnce, Unavailable
from yabot.core.models import UpdateState
from yabot.core.telegram import dispatch
from yabot.core.telegram.dispatch import MOST_OF_ONE, TRIES, Dispatcher
from yabot.core.telegram.inbox import Stored
from yabot.core.telegram.intake import Mark

ANA, LUIS = 42, 43


class Application:
    """Handles updates by running a script of outcomes for each number."""

    def __init__(self) -> None:
        self.bot = None
        self.bot_data = SimpleNamespace(failed={})
        self.problems: dict[int, list[Exception]] = {}
        self.handled: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def process_update(self, update: Any) -> None:
        await self.gate.wait()
        self.handled.append(update.update_id)
        if self.problems.get(update.update_id):
            self.bot_data.failed[update.update_id] = self.problems[update.update_id].pop(0)


class Apologies:
    """Remembers who was told what."""

    def __init__(self) -> None:
        self.told: list[tuple[int, type]] = []

    async def tell(self, updates: Any, trouble: type) -> None:
        self.told += [(update["update_id"], trouble) for update in updates]


@pytest.fixture
def lane(monkeypatch) -> SimpleNamespace:
    """A dispatcher with everything around it; the database always answers, at once."""

    async def answers() -> None:
        return None

    monkeypatch.setattr(dispatch, "_database_answers", answers)
    application, apologies, marks = Application(), Apologies(), []
    dispatcher = Dispatcher(application, marks.append, apologies)  # type: ignore[arg-type]
    return SimpleNamespace(dispatcher=dispatcher, application=application, apologies=apologies, marks=marks)


def update(number: int, reader: int = ANA, **body: Any) -> Stored:
    message = {"message_id": 1, "date": 0, "chat": {"id": reader, "type": "private"}, **(body or {"text": "hola"})}
    return Stored(number, "message", reader, {"update_id": number, "message": message}, uuid4())


async def test_an_update_waits_for_the_database_and_the_readers_later_ones_behind_it(lane):
    lane.application.problems[1] = [OperationalError("away")] * (TRIES - 1)

    lane.dispatcher.submit([update(1), update(2), update(3, LUIS)])
    await lane.dispatcher.drain(5)

    assert [number for number in lane.application.handled if number != 3] == [1] * TRIES + [2]
    assert sorted(mark.id for mark in lane.marks) == [1, 2, 3]
    assert {mark.state for mark in lane.marks} == {UpdateState.DONE}
    assert lane.dispatcher.waiting() == []


async def test_what_fails_while_the_database_answers_is_given_up_and_its_reader_told(lane):
    lane.application.problems[1] = [OperationalError("too many variables")] * 9

    lane.dispatcher.submit([update(1), update(2)])
    await lane.dispatcher.drain(5)

    assert lane.application.handled == [1] * TRIES + [2]
    assert lane.marks[0] == Mark(1, UpdateState.FAILED, "OperationalError: too many variables")
    assert lane.apologies.told == [(1, Unavailable)]


async def test_a_fault_of_its_own_is_not_tried_again(lane):
    lane.application.problems[1] = [DataError("bad")]

    lane.dispatcher.submit([update(1)])
    await lane.dispatcher.drain(5)

    assert lane.application.handled == [1]
    assert lane.marks == [Mark(1, UpdateState.FAILED, "DataError: bad")]


async def test_a_reader_who_wants_too_much_is_told_to_wait_and_others_are_not(lane):
    lane.application.gate.clear()
    many = [update(number) for number in range(1, MOST_OF_ONE + 3)]

    lane.dispatcher.submit([*many, update(900, LUIS)])
    lane.application.gate.set()
    await lane.dispatcher.drain(5)

    refused = [mark for mark in lane.marks if mark.state == UpdateState.IGNORED]
    assert [mark.id for mark in refused] == [MOST_OF_ONE + 1, MOST_OF_ONE + 2]
    assert lane.apologies.told == [(MOST_OF_ONE + 1, TooMuchAtOnce), (MOST_OF_ONE + 2, TooMuchAtOnce)]
    assert 900 in lane.application.handled
    assert len(lane.application.handled) == MOST_OF_ONE + 1


async def test_a_payment_is_taken_however_much_waits(lane):
    paid = update(
        999,
        successful_payment={
            "currency": "XTR",
            "total_amount": 5,
            "invoice_payload": "x",
            "telegram_payment_charge_id": "a",
            "provider_payment_charge_id": "",
        },
    )
    lane.application.gate.clear()

    lane.dispatcher.submit([*(update(number) for number in range(1, MOST_OF_ONE + 1)), paid])
    lane.application.gate.set()
    await lane.dispatcher.drain(5)

    assert lane.application.handled[-1] == 999


async def test_what_is_under_way_is_known(lane):
    lane.application.gate.clear()
    lane.dispatcher.submit([update(1), update(2), update(3, LUIS)])
    await asyncio.sleep(0)

    assert sorted(one["update_id"] for one in lane.dispatcher.waiting()) == [1, 2, 3]
    lane.application.gate.set()
    await lane.dispatcher.drain(5)


@pytest.mark.django_db(transaction=True)
async def test_the_database_answers_when_it_takes_writes_again(monkeypatch):
    failures = [OperationalError("away"), OperationalError("disk full")]
    real = dispatch.try_to_write

    def sometimes() -> None:
        if failures:
            raise failures.pop()
        real()

    async def at_once(seconds: float) -> None:
        return None

    monkeypatch.setattr(dispatch, "try_to_write", sometimes)
    monkeypatch.setattr(dispatch.asyncio, "sleep", at_once)

    await dispatch._database_answers()

    assert failures == []
