"""Readers are told at once what keeps them waiting: once for each update, once a minute for each reader."""

from typing import Any

import pytest

from yabot.core.errors import TooMuchAtOnce
from yabot.core.telegram.apologies import Apologies
from yabot.core.telegram.client import Answer, NotDelivered

ANA, LUIS = 42, 43
WAIT = "Servicio no disponible ahora mismo. Te respondo en cuanto vuelva: no hace falta que lo repitas. Código SVC001."


class FakeApi:
    """Remembers the calls; may find nobody."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.away = False

    async def call(self, method: str, params: dict[str, Any], *, timeout: float) -> Answer:
        self.calls.append((method, params))
        if self.away:
            raise NotDelivered("nobody there")
        return Answer(ok=True)


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def now() -> list[float]:
    """The clock, in a box."""
    return [0.0]


@pytest.fixture
def apologies(api, now) -> Apologies:
    return Apologies(api, clock=lambda: now[0])


def wrote(number: int, reader: int = ANA, *, chat: str = "private", language: str = "es") -> dict[str, Any]:
    person = {"id": reader, "first_name": "Ana", "language_code": language}
    return {"update_id": number, "message": {"from": person, "chat": {"id": reader, "type": chat}, "text": "hola"}}


def tapped(number: int, reader: int = ANA) -> dict[str, Any]:
    return {"update_id": number, "callback_query": {"id": f"q{number}", "from": {"id": reader}, "data": "x"}}


async def test_whoever_writes_gets_a_message_and_whoever_taps_an_alert(api, apologies):
    await apologies.tell([wrote(1), tapped(2, LUIS)])

    assert api.calls == [
        ("sendMessage", {"chat_id": ANA, "text": WAIT}),
        ("answerCallbackQuery", {"callback_query_id": "q2", "text": WAIT, "show_alert": True}),
    ]
    assert len(WAIT) <= 200


async def test_english_readers_read_english(api, apologies):
    await apologies.tell([wrote(1, language="en-GB")])

    assert api.calls[0][1]["text"].startswith("Service unavailable right now.")
    assert api.calls[0][1]["text"].endswith("Code SVC001.")


async def test_a_reader_is_told_once_a_minute(api, apologies, now):
    await apologies.tell([wrote(1), wrote(2), tapped(3)])
    now[0] = 59
    await apologies.tell([wrote(4)])
    assert len(api.calls) == 1

    now[0] = 60
    await apologies.tell([wrote(5)])
    assert len(api.calls) == 2


async def test_one_update_is_told_once_however_long_it_lasts(api, apologies, now):
    for minute in range(5):
        now[0] = 60.0 * minute
        await apologies.tell([wrote(1)])

    assert len(api.calls) == 1


async def test_when_it_is_over_the_minute_still_counts(api, apologies, now):
    await apologies.tell([wrote(1)])
    apologies.forget()

    await apologies.tell([wrote(1)])
    assert len(api.calls) == 1
    now[0] = 61
    apologies.forget()
    await apologies.tell([wrote(1)])
    assert len(api.calls) == 2


async def test_nobody_waits_in_a_group_or_after_a_reaction_or_rubbish(api, apologies):
    reaction = {"update_id": 2, "message_reaction": {"user": {"id": ANA}}}
    rubbish = [{"update_id": 3, "message": 7}, {"message": {}}, "x", None]

    await apologies.tell([wrote(1, chat="supergroup"), reaction, *rubbish])

    assert api.calls == []


async def test_a_telegram_that_is_away_too_stops_nobody(api, apologies):
    api.away = True

    await apologies.tell([wrote(1), wrote(2, LUIS)])

    assert [params["chat_id"] for _, params in api.calls] == [ANA, LUIS]


async def test_an_update_that_nobody_foresaw_stops_nobody(api, apologies, caplog):
    odd = wrote(1) | {"update_id": ["no", "number"]}

    await apologies.tell([odd, wrote(2, LUIS)])

    assert [params["chat_id"] for _, params in api.calls] == [LUIS]
    assert "a reader could not be told to wait" in caplog.text


async def test_another_trouble_has_its_own_sentence(api, apologies):
    await apologies.tell([wrote(1)], TooMuchAtOnce)

    assert api.calls[0][1]["text"] == "Por favor, intenta de nuevo en unos segundos. Código LIM001."
