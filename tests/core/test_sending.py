import asyncio
import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from yabot.core.ids import uuid7
from yabot.core.telegram.calling import perform
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered
from yabot.core.telegram.outcome import Claimed, Outcome, Result
from yabot.core.telegram.sending import Sending


class FakeApi:
    """Gives one answer to every call and remembers the calls."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.calls: list[tuple[str, dict[str, Any], Any]] = []

    async def call(self, method: str, params: dict[str, Any], *, files: Any = None) -> Answer:
        self.calls.append((method, params, files))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def message(payload: str = '{"text": "Hola"}', method: str = "sendMessage") -> Claimed:
    return Claimed(uuid7(), 7, method, payload, 0, 7)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(True, {"message_id": 5}), Outcome.SENT),
        (NotDelivered("no route"), Outcome.LATER),
        (Doubtful("time-out"), Outcome.UNKNOWN),
        (FileNotFoundError(2, "No such file"), Outcome.NEVER),
        (RecursionError("nobody thought of this"), Outcome.UNKNOWN),
    ],
)
async def test_every_way_a_call_can_end_has_its_outcome(answer, outcome, tmp_path):
    result = await perform(FakeApi(answer), message(), {}, tmp_path)  # type: ignore[arg-type]

    assert result.outcome is outcome


@pytest.mark.parametrize("payload", ["", "{", "[]", '"text"', "null"])
async def test_a_message_that_cannot_be_read_is_refused_without_a_call(payload, tmp_path):
    api = FakeApi(Answer(True, {}))

    result = await perform(api, message(payload), {}, tmp_path)  # type: ignore[arg-type]

    assert (result.outcome, api.calls) == (Outcome.NEVER, [])


async def test_at_the_end_no_connection_is_opened_that_nobody_would_close():
    api = BotApi(token="1:a", base_url="http://127.0.0.1:1/bot")
    await api.renew()
    with pytest.raises(NotDelivered, match="Cannot connect"):
        await api.call("getMe", {})

    await api.close()

    with pytest.raises(NotDelivered, match="stopping"):
        await api.call("getMe", {})


async def test_a_known_file_is_sent_by_its_id_and_another_is_uploaded(tmp_path):
    api = FakeApi(Answer(True, {"message_id": 5, "photo": [{"file_id": "small"}, {"file_id": "large"}]}))
    photo = message('{"photo": "file:luna.png"}', "sendPhoto")

    known = await perform(api, photo, {"luna.png": "AgAC"}, tmp_path)  # type: ignore[arg-type]
    new = await perform(api, photo, {}, tmp_path)  # type: ignore[arg-type]

    assert api.calls[0][1]["photo"] == "AgAC"
    assert known.uploaded == ()
    assert api.calls[1][2] == {"photo": tmp_path / "luna.png"}
    assert new.uploaded == (("luna.png", "large"),)


async def test_a_text_that_looks_like_a_file_is_a_text(tmp_path):
    api = FakeApi(Answer(True, {"message_id": 5}))

    await perform(api, message('{"text": "file:secret"}'), {}, tmp_path)  # type: ignore[arg-type]

    assert api.calls[0][1]["text"] == "file:secret"
    assert api.calls[0][2] is None


@pytest.mark.parametrize(
    "result",
    [
        Result(message(), Outcome.SENT, message_id=5),
        Result(message(), Outcome.SENT, message_id=5, uploaded=(("luna.png", "AgAC"),)),
        Result(message(), Outcome.LATER, error="429", retry_after=3),
        Result(message(), Outcome.MOVED, error="400", moved_to=-1005),
    ],
)
def test_an_outcome_survives_its_way_between_the_processes(result):
    told = orjson.loads(orjson.dumps(result.to_wire()))

    assert Result.from_wire(told, result.message) == result


async def test_the_sending_process_answers_each_order_until_its_input_ends(monkeypatch):
    told: list[bytes] = []
    monkeypatch.setattr(os, "write", lambda _to, line: told.append(line))
    orders = [message(), message()]
    reader = asyncio.StreamReader()
    reader.feed_data(orjson.dumps({"messages": orders, "files": {}}) + b"\n")
    reader.feed_eof()

    await Sending(FakeApi(Answer(True, {"message_id": 5})), Path()).run(reader)  # type: ignore[arg-type]
    await asyncio.sleep(0.01)

    outcomes = [one for line in told for one in orjson.loads(line)]
    assert {one["id"] for one in outcomes} == {str(order.id) for order in orders}
    assert {one["outcome"] for one in outcomes} == {"sent"}
