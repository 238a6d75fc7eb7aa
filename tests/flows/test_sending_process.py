"""Sending from a process of its own: the same outcomes, and a child that dies loses nothing."""

import threading

import pytest

from tests.flows.test_sending import PNG
from yabot.core.ids import uuid7
from yabot.core.telegram.budget import RateBudget, Rates
from yabot.core.telegram.outcome import Claimed, Outcome, Result
from yabot.core.telegram.sender import ProcessCarrier, Sender


class Desk:
    """A sender with a process, and every outcome it reported."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self._more = threading.Condition()
        self.sender = Sender(RateBudget(Rates(overall=0), lambda: 0.0), self._report)
        self.carrier = self.sender.carrier = ProcessCarrier(self.sender)

    def _report(self, result: Result) -> None:
        with self._more:
            self.results.append(result)
            self._more.notify_all()

    def send(self, *chats: int, method: str = "sendMessage", payload: str = '{"text": "Hola"}') -> None:
        """Messages to these chats go now."""
        claimed = [Claimed(uuid7(), chat, method, payload, 0, chat) for chat in chats]
        self.sender.send(claimed, {})

    def wait(self, count: int) -> list[Result]:
        """The outcomes, when there are so many."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.results) >= count, 60)
        return self.results


@pytest.fixture
def desk(bot_settings, tmp_path):
    bot_settings.MEDIA_ROOT = tmp_path
    desk = Desk()
    yield desk
    desk.sender.drain(2)


@pytest.fixture
def readers(sandbox) -> list[int]:
    readers = [user["id"] for user in sandbox.add_users(20)]
    for reader in readers:
        sandbox.start(reader)
    return readers


def test_messages_arrive_and_each_has_its_outcome(desk, sandbox, readers):
    desk.send(*readers)
    results = desk.wait(len(readers))

    assert {result.outcome for result in results} == {Outcome.SENT}
    assert sorted(result.message.chat_id for result in results) == readers
    for result in results:
        sent = sandbox.wait_for_message(result.message.chat_id, "Hola")
        assert sent["message_id"] == result.message_id
    assert desk.sender.room() == 1000
    assert desk.sender.resting() == set()


def test_refusals_come_back_as_what_they_mean(desk, sandbox, readers):
    sandbox.block_bot(readers[0])
    sandbox.fault("sendMessage", chat_id=readers[1], retry_after=3)
    desk.send(readers[0], readers[1])
    results = {result.message.chat_id: result for result in desk.wait(2)}

    assert results[readers[0]].outcome is Outcome.BLOCKED
    assert results[readers[1]].outcome is Outcome.LATER
    assert results[readers[1]].retry_after == 3


def test_a_file_is_uploaded_and_its_id_comes_back(desk, readers, tmp_path):
    (tmp_path / "luna.png").write_bytes(PNG)
    desk.send(readers[0], method="sendPhoto", payload='{"photo": "file:luna.png"}')
    (result,) = desk.wait(1)

    assert result.outcome is Outcome.SENT
    assert result.uploaded[0][0] == "luna.png"
    assert result.uploaded[0][1]


def test_what_a_process_that_died_was_sending_is_unknown_and_another_takes_over(desk, sandbox, readers):
    sandbox.fault("sendMessage", kind="slow_answer", delay=60, chat_id=readers[0])
    desk.send(readers[0])
    sandbox.wait_for_message(readers[0], "Hola")
    desk.carrier._child.kill()
    (lost,) = desk.wait(1)
    assert lost.outcome is Outcome.UNKNOWN

    desk.send(readers[1])
    assert desk.wait(2)[1].outcome is Outcome.SENT


def test_the_process_ends_when_its_owner_does(desk):
    child = desk.carrier._child
    desk.carrier.stop(30)

    assert child.returncode == 0
