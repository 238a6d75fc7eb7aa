"""How much of a request is read, and how long a statement of it may take."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.cache import cache
from django.db import connection

from gamification import ports
from gamification.services import wallets
from tests import engine
from tests.core.calling import ORDER, WALLET, ask
from tests.factories.keys import bearer
from yabot.core.api import bodies, gateway
from yabot.core.api.bodies import LARGEST
from yabot.core.ports.wallets import Balances, balances

pytestmark = pytest.mark.django_db(transaction=True)
MEGABYTE = b"x" * 1_000_000
BALANCES = "/api/v1/gamification/ports/balances"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


class Sender:
    """A client that sends a body in these parts and then waits for the answer."""

    def __init__(self, *parts: bytes, hangs_up: bool = False, **headers: str) -> None:
        self._parts = [*parts, b"" if hangs_up else None]
        self._hangs_up = hangs_up
        self.taken = 0
        self.answered: list[dict[str, Any]] = []
        told = {"host": "testserver", "content-type": "application/json"} | headers
        self._headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]

    async def receive(self) -> dict[str, Any]:
        """The next part. A last one, which is empty, says that it is the last; nothing comes after it."""
        if not self._parts:
            await asyncio.Event().wait()
        part = self._parts.pop(0)
        if self._hangs_up and not self._parts:
            return {"type": "http.disconnect"}
        self.taken += len(part or b"")
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(self, message: dict[str, Any]) -> None:
        """A part of the answer."""
        self.answered.append(message)

    def ask(self) -> None:
        """The whole request."""
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": ""}
        address = {"method": "POST", "path": WALLET + "add/", "raw_path": b"", "query_string": b""}
        ends = {"client": ("127.0.0.1", 1), "server": ("testserver", 80), "headers": self._headers}
        asyncio.run(bodies.in_front_of(get_asgi_application())({**scope, **address, **ends}, self.receive, self.send))

    def answer(self) -> tuple[int, str]:
        """Status and code, or the amount that was moved."""
        self.ask()
        said = json.loads(b"".join(message.get("body", b"") for message in self.answered[1:]))
        return self.answered[0]["status"], said.get("code") or said["amount"]


def test_an_order_that_comes_in_parts_without_a_length_is_done():
    body = json.dumps(ORDER).encode()

    assert Sender(body[:10], body[10:], **bearer()).answer() == (200, ORDER["amount"])
    assert wallets.balance_of(1) == ORDER["amount"]


def test_a_body_without_end_is_read_as_far_as_a_request_may_go():
    sender = Sender(*[b"x" * 10_000] * 4000, **bearer())

    assert sender.answer() == (413, "REQ008")
    assert sender.taken <= LARGEST + 10_000


def test_a_body_that_says_how_large_it_is_is_not_read_at_all():
    sender = Sender(*[MEGABYTE] * 40, **bearer(), **{"content-length": "40000000"})

    assert sender.answer() == (413, "REQ008")
    assert sender.taken == 0


@pytest.mark.parametrize("headers", [{}, {"content-length": "40000000"}])
def test_who_has_no_key_hears_that_before_a_large_body_is_read(headers):
    sender = Sender(*[MEGABYTE] * 40, **headers)

    assert sender.answer() == (401, "AUTH001")
    assert sender.taken <= LARGEST + len(MEGABYTE)


def test_a_sender_who_hangs_up_half_way_is_not_answered():
    sender = Sender(json.dumps(ORDER).encode(), hangs_up=True, **bearer())

    sender.ask()

    assert sender.answered == []
    assert wallets.balance_of(1) == 0


@pytest.fixture
def _slow() -> Iterator[None]:
    """A question that takes the database a second."""

    def slowly(asked: object) -> Balances:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1)")
        return Balances({})

    balances.provide(slowly)
    yield
    ports.provide()


@pytest.mark.skipif(engine.ENGINE != "postgres", reason="the others have no such limit")
@pytest.mark.usefixtures("_slow")
@pytest.mark.parametrize(("seconds", "status"), [(0.1, 503), (5.0, 200)])
def test_a_statement_that_takes_too_long_is_ended_and_the_limit_with_the_request(
    seconds, status, monkeypatch, expected_errors
):
    expected_errors.append("Service Unavailable")
    monkeypatch.setattr(gateway, "STATEMENT_SECONDS", seconds)

    answer = ask(BALANCES, bearer(), "post", {"user_ids": [1]})

    assert answer.status_code == status
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
