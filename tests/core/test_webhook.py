"""The webhook's endpoint from inside: what a network cannot make happen on order."""

import asyncio
import gc

import pytest
from django.db import DataError, IntegrityError, OperationalError

from yabot.core import bell
from yabot.core.checks import check_webhook
from yabot.core.models import InboundUpdate
from yabot.core.telegram import bridge, inbox, webhook
from yabot.core.telegram.apologies import Apologies

SECRET = "s" * 40
HEADERS = [(b"x-telegram-bot-api-secret-token", SECRET.encode())]


@pytest.fixture(autouse=True)
def _threads_end():
    yield
    bridge._pool().shutdown()
    bridge.close_pool()
    gc.collect()  # their connections end with them


@pytest.fixture(autouse=True)
def _configured(settings):
    settings.TELEGRAM_WEBHOOK_URL = "https://yabot.example/telegram/webhook/"
    settings.TELEGRAM_WEBHOOK_SECRET = SECRET


async def ask(*messages: dict, endpoint: webhook.Endpoint | None = None, method: str = "POST") -> int:
    """One request whose body comes in these ASGI messages, and then no more; the status."""
    given, sent = list(messages), []

    async def receive():
        if not given:
            await asyncio.Event().wait()
        return given.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/telegram/webhook/", "method": method, "headers": HEADERS}
    await (endpoint or webhook.Endpoint())(scope, receive, send)
    return sent[0]["status"]


def part(body: bytes, more: bool = False) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_that_stops_coming_is_given_up(monkeypatch):
    monkeypatch.setattr(webhook, "PATIENCE", 0.01)

    assert await ask(part(b'{"update', more=True)) == 408


async def test_a_sender_who_hangs_up_half_way_is_no_update():
    assert await ask(part(b'{"update_id": 1', more=True), {"type": "http.disconnect"}) == 400


@pytest.mark.django_db(transaction=True)
async def test_a_body_in_parts_is_put_together():
    assert await ask(part(b'{"update_id"', more=True), part(b': 7, "message": {}}')) == 200

    assert (await bridge.in_db(InboundUpdate.objects.get)).pk == 7


async def test_when_nothing_can_be_stored_telegram_is_asked_to_come_again(monkeypatch):
    def broken(updates):
        raise OperationalError("disk full")

    monkeypatch.setattr(inbox, "store", broken)

    assert await ask(part(b'{"update_id": 1}')) == 503


class BadApi:
    """A Bot API that fails in a way nobody thought of, or never answers."""

    def __init__(self, answers: bool = True) -> None:
        self._answers = answers
        self.asked = asyncio.Event()

    async def call(self, *args, **kwargs) -> None:
        self.asked.set()
        if not self._answers:
            await asyncio.Event().wait()
        raise RuntimeError("the session is closed")


def beginning(api: BadApi) -> webhook.Endpoint:
    """An endpoint that apologises through ``api``."""
    endpoint = webhook.Endpoint()
    endpoint._basket = webhook.Basket(Apologies(api))  # type: ignore[arg-type]
    return endpoint


TAP = b'{"update_id": 1, "callback_query": {"id": "9", "from": {"id": 7}}}'


async def test_an_apology_that_fails_keeps_nobody_waiting(monkeypatch):
    def broken(updates):
        raise OperationalError("disk full")

    monkeypatch.setattr(inbox, "store", broken)
    api = BadApi()
    endpoint = beginning(api)

    assert await ask(part(TAP), endpoint=endpoint) == 503
    await asyncio.wait_for(api.asked.wait(), 10)
    assert await ask(part(TAP.replace(b"1", b"2", 1)), endpoint=endpoint) == 503


@pytest.mark.django_db(transaction=True)
async def test_an_apology_that_never_ends_delays_no_answer(monkeypatch):
    monkeypatch.setattr(webhook, "AT_ONCE", 0.01)
    api, real = BadApi(answers=False), inbox.store
    loop = asyncio.get_running_loop()

    def slow(updates):
        asyncio.run_coroutine_threadsafe(api.asked.wait(), loop).result(10)
        return real(updates)

    monkeypatch.setattr(inbox, "store", slow)
    endpoint = beginning(api)

    assert await asyncio.wait_for(ask(part(TAP), endpoint=endpoint), 10) == 200
    for telling in endpoint._basket._telling:
        telling.cancel()


async def test_a_bug_while_storing_leaves_nobody_without_an_answer(monkeypatch):
    def broken(point):
        raise RuntimeError("a bug")

    monkeypatch.setattr(webhook.faults, "point", broken)
    monkeypatch.setattr(inbox, "store", lambda updates: [])

    assert await ask(part(b'{"update_id": 1}')) == 503


@pytest.mark.django_db(transaction=True)
async def test_updates_that_come_together_are_committed_together(monkeypatch):
    batches = []
    real = inbox.store
    monkeypatch.setattr(inbox, "store", lambda updates: batches.append(len(updates)) or real(updates))
    endpoint = webhook.Endpoint()

    told = await asyncio.gather(*(ask(part(b'{"update_id": %d}' % n), endpoint=endpoint) for n in range(50)))

    assert set(told) == {200}
    assert len(batches) <= 3
    assert await bridge.in_db(InboundUpdate.objects.count) == 50


@pytest.mark.django_db(transaction=True)
def test_one_that_cannot_be_stored_stops_no_other(monkeypatch):
    real = inbox.store

    def picky(updates):
        if any(update["update_id"] == 3 for update in updates):
            raise DataError("no")
        return real(updates)

    monkeypatch.setattr(inbox, "store", picky)

    assert webhook.store([{"update_id": number} for number in range(6)]) == [3]
    assert InboundUpdate.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_copy_that_another_process_stores_at_the_same_moment_is_no_trouble(monkeypatch):
    real, tries = inbox.store, []

    def late(updates):
        tries.append(updates)
        if len(tries) == 1:
            raise IntegrityError("another process was quicker")
        return real(updates)

    monkeypatch.setattr(inbox, "store", late)

    assert webhook.store([{"update_id": 1}]) == []
    assert InboundUpdate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_for_what_was_stored():
    heard = []
    bell.listen(heard.append)
    try:
        webhook.store([{"update_id": 1}])
    finally:
        bell.forget(heard.append)

    assert heard == [frozenset({bell.INBOX})]


@pytest.mark.parametrize(
    ("url", "secret", "ids"),
    [
        ("", "", []),
        ("https://yabot.example/telegram/webhook/", "aZ09_-", []),
        ("https://yabot.example/telegram/webhook/", "a" * 256, []),
        ("http://127.0.0.1:8000/telegram/webhook/", "a", []),
        ("http://[::1]:8000/telegram/webhook/", "a", []),
        ("http://localhost/telegram/webhook/", "a", []),
        ("http://yabot.example/telegram/webhook/", "a", ["yabot.E041"]),
        ("https://yabot.example/telegram/webhook/", "", ["yabot.E042"]),
        ("https://yabot.example/telegram/webhook/", "a" * 257, ["yabot.E042"]),
        ("https://yabot.example/telegram/webhook/", "a b", ["yabot.E042"]),
        ("https://yabot.example/telegram/webhook/", "ñ", ["yabot.E042"]),
        ("https://yabot.example/", "a", ["yabot.W041"]),
    ],
)
def test_settings_that_cannot_work_are_named(settings, url, secret, ids):
    settings.TELEGRAM_WEBHOOK_URL, settings.TELEGRAM_WEBHOOK_SECRET = url, secret

    assert [found.id for found in check_webhook()] == ids
