"""The API as a program sees it: wallets, readers, hints, events, and the document of all that."""

from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse

from gamification.services import wallets
from tests import engine
from tests.core.calling import ORDER, WALLET, ask
from tests.factories import core as factories
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.factories.narrative import HintUnlockFactory
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
    assert ask("/api/v1/core/events/?type=nothing", headers).json()["results"] == []
    assert ask("/api/v1/core/events/?user_id=x", headers).status_code == 400


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
    wrong = ask("/api/v1/core/users/1/", headers, "patch", {"time_zone": "Marte"})
    assert list(wrong.json()["fields"]) == ["time_zone"]


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
