"""The API as a program sees it: wallets, readers, hints, events, and the document of all that."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gamification.services import wallets
from tests import engine
from tests.core.calling import ORDER, WALLET, ask
from tests.factories import core as factories
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.factories.narrative import HintUnlockFactory
from yabot.core.api.document import Generator
from yabot.core.ids import uuid7
from yabot.core.models import EventRecord, TelegramUser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def test_besitos_given_and_taken_are_in_the_history():
    headers = bearer()
    given = ask(WALLET + "add/", headers, "post", ORDER | {"amount": 9})
    taken = ask(WALLET + "spend/", headers, "post", ORDER | {"reference": "shop:2", "note": "una pista"})

    assert (given.status_code, taken.status_code) == (200, 200)
    assert ask(WALLET, headers).json()["balance"] == 4
    page = ask(WALLET + "history/?limit=1", headers).json()
    assert [line["amount"] for line in page["results"]] == [-5]
    rest = ask(f"{WALLET}history/?before={page['next']}", headers).json()
    assert [line["amount"] for line in rest["results"]] == [9]
    assert rest["next"] is None


def test_what_was_put_aside_comes_back_or_goes():
    WalletFactory(user_id=1, balance=10)
    headers = bearer()
    first = ask(WALLET + "holds/", headers, "post", ORDER).json()
    second = ask(WALLET + "holds/", headers, "post", ORDER | {"reference": "shop:2"}).json()

    assert ask(f"{WALLET}holds/{first['id']}/release/", headers, "post").json()["state"] == "released"
    assert ask(f"{WALLET}holds/{second['id']}/capture/", headers, "post").json()["state"] == "captured"
    assert ask(f"{WALLET}holds/{second['id']}/burn/", headers, "post").status_code == 404
    assert ask(f"/api/v1/gamification/wallets/2/holds/{second['id']}/release/", headers, "post").status_code == 404
    assert wallets.balance_of(1) == 5


def test_a_chain_that_comes_with_a_request_goes_on_in_its_events():
    chain = uuid4()

    answer = ask(WALLET + "add/", bearer(), "post", ORDER, **{"X-Correlation-ID": str(chain)})

    assert answer["X-Correlation-ID"] == str(chain)
    assert EventRecord.objects.get().correlation_id == chain
    headers = bearer()
    assert len(ask(f"/api/v1/core/events/?correlation_id={chain}", headers).json()["results"]) == 1
    assert len(ask("/api/v1/core/events/?type=besitos_added", headers).json()["results"]) == 1
    assert ask("/api/v1/core/events/?type=nothing", headers).json()["results"] == []
    assert ask("/api/v1/core/events/?user_id=x", headers).status_code == 400


@pytest.mark.parametrize("query", ["", "type=reader_started&", "user_id=1&", "type=reader_started&user_id=1&"])
def test_events_are_read_page_by_page_also_when_they_happened_at_once(query):
    moment = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    written = [
        factories.EventRecordFactory(type="reader_started", user_id=1, occurred_at=moment + timedelta(seconds=n // 4))
        for n in range(10)
    ]
    headers, address, read = bearer(), f"/api/v1/core/events/?{query}limit=3", []

    while address:
        page = ask(address, headers).json()
        read += [(event["occurred_at"], event["id"]) for event in page["results"]]
        address = page["next"]

    assert [key for _, key in read] == [str(record.pk) for record in reversed(written)]
    assert [when for when, _ in read] == sorted((when for when, _ in read), reverse=True)


def test_more_events_than_a_page_holds_may_have_happened_at_once():
    moment = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    same = {"type": "x", "payload": "{}", "correlation_id": uuid7(), "occurred_at": moment}
    rows = [EventRecord(**same, sequence=number) for number in range(2500)]
    EventRecord.objects.bulk_create(rows)
    headers, address, read = bearer(), "/api/v1/core/events/?type=x&limit=200", []

    while address:
        page = ask(address, headers).json()
        read += [event["id"] for event in page["results"]]
        address = page["next"]

    assert read == [str(row.pk) for row in reversed(rows)]


def test_readers_are_listed_page_by_page_and_changed():
    for number in range(1, 4):
        factories.TelegramUserFactory(id=number)
    headers = bearer()

    page = ask("/api/v1/core/users/?limit=2", headers).json()
    assert [reader["id"] for reader in page["results"]] == [3, 2]
    assert [reader["id"] for reader in ask(page["next"], headers).json()["results"]] == [1]

    changed = ask("/api/v1/core/users/1/", headers, "patch", {"language": "en", "time_zone": "Europe/Madrid"})
    assert (changed.json()["language"], changed.json()["time_zone"]) == ("en", "Europe/Madrid")
    assert TelegramUser.objects.get(pk=1).language == "en"
    assert ask("/api/v1/core/users/1/", headers, "patch", {}).status_code == 200
    quiet = ask("/api/v1/core/users/1/", headers, "patch", {"quiet_from": 22, "quiet_until": 8, "is_calm": True})
    assert (quiet.json()["quiet_from"], quiet.json()["quiet_until"], quiet.json()["is_calm"]) == (22, 8, True)
    for half in ({"quiet_from": 3}, {"quiet_from": None, "quiet_until": 8}):
        assert list(ask("/api/v1/core/users/1/", headers, "patch", half).json()["fields"]) == ["quiet_from"]
    wrong = ask("/api/v1/core/users/1/", headers, "patch", {"time_zone": "Marte"})
    assert list(wrong.json()["fields"]) == ["time_zone"]


def test_a_reader_is_forgotten():
    factories.TelegramUserFactory(id=1, first_name="Ana")
    headers = bearer()

    assert [ask("/api/v1/core/users/1/", headers, "delete").status_code for _ in range(2)] == [204, 204]

    told = ask("/api/v1/core/users/1/", headers).json()
    assert (told["first_name"], told["erased_at"] is None) == ("", False)
    assert ask("/api/v1/core/users/2/", headers, "delete").status_code == 404


def test_the_hints_of_a_reader_are_theirs():
    unlock = HintUnlockFactory()
    headers = bearer()

    found = ask(f"/api/v1/narrative/users/{unlock.user_id}/hints/", headers).json()["results"]

    assert [row["hint"]["key"] for row in found] == [unlock.hint.key]
    assert ask("/api/v1/narrative/users/99/hints/", headers).json()["results"] == []
    assert unlock.hint.key in {hint["key"] for hint in ask("/api/v1/narrative/hints/", headers).json()["results"]}


@engine.sql_only
def test_a_balance_costs_two_statements(django_assert_num_queries):
    headers = bearer()
    ask(WALLET, headers)

    with django_assert_num_queries(2):  # the key, the wallet
        ask(WALLET, headers)


def test_the_document_and_its_page_come_from_here_alone(client):
    page = client.get(reverse("docs"))

    assert page.status_code == 200
    assert "http" not in page.content.decode().replace("http://www.w3.org", "")
    assert client.get(reverse("schema")).status_code == 200


def test_the_document_speaks_the_language_of_whoever_asks_and_is_made_once(client):
    said = {
        language: client.get("/api/schema/?format=json", headers={"Accept-Language": language}).json()
        for language in ("es", "en")
    }

    titles = {language: found["components"]["schemas"]["Aside"]["properties"] for language, found in said.items()}
    assert [titles[language]["expires_at"]["title"] for language in ("es", "en")] == ["Vence", "Expires"]
    assert Generator().get_schema() is Generator().get_schema()


def test_two_who_ask_first_are_both_answered(monkeypatch):
    monkeypatch.setattr(Generator, "_made", {})
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(Client().get("/api/schema/").status_code)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 4
