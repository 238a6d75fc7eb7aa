"""What the API refuses, and how it says so."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client

from gamification.models import Transfer
from tests.core.calling import NOBODY, ORDER, WALLET, ask, operations
from tests.factories import core as factories
from tests.factories.keys import bearer
from yabot.core.api.throttling import MOST_REFUSED

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": "x"}, "amount"),
        ({"reason": "magia"}, "reason"),
        ({"reference": ""}, "reference"),
    ],
)
def test_a_wrong_order_names_its_field(wrong, field):
    answer = ask(WALLET + "add/", bearer(), "post", ORDER | wrong)

    assert (answer.status_code, answer.json()["code"]) == (400, "REQ001")
    assert list(answer.json()["fields"]) == [field]


def test_too_few_besitos_is_a_conflict_in_words():
    answer = ask(WALLET + "spend/", bearer(), "post", ORDER)

    assert (answer.status_code, answer.json()["code"]) == (409, "GAM001")
    assert answer.json()["detail"] == "Te faltan 5 besitos."


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("post", WALLET, {}, 405, "REQ005"),
        ("get", "/api/v1/core/users/7/", None, 404, "REQ004"),
    ],
)
def test_every_refusal_looks_the_same(method, path, body, status, code):
    answer = ask(path, bearer(), method, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


def test_what_is_not_json_is_refused():
    headers = bearer()
    client = Client(raise_request_exception=False)

    broken = client.post(WALLET + "add/", data="{", content_type="application/json", headers=headers)
    form = client.post(WALLET + "add/", data={"amount": 1}, headers=headers)

    assert (broken.status_code, broken.json()["code"]) == (400, "REQ002")
    assert (form.status_code, form.json()["code"]) == (415, "REQ006")


def test_too_many_requests_wait_and_say_how_long(settings):
    settings.API_RATE = 2
    headers = bearer()

    with time_machine.travel(datetime(2026, 11, 24, 12, 0, 18, 500_000, tzinfo=UTC), tick=False):
        answers = [ask(WALLET, headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["detail"].startswith("Por favor, intenta de nuevo en unos segundos.")
    assert (answers[2].json()["code"], answers[2]["Retry-After"]) == ("LIM001", "42")


def refused_with(body: str, path: str = WALLET + "add/", method: str = "post", **headers: str) -> tuple[int, str]:
    """Status and code."""
    client = Client(raise_request_exception=False)
    answer = getattr(client, method)(path, data=body, content_type="application/json", headers=bearer() | headers)
    assert set(answer.json()) == {"code", "detail", "fields"}
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ("[" * 100_000, (400, "REQ002")),
        ('{"amount": NaN}', (400, "REQ002")),
        ('{"amount": ' + "9" * 5000 + "}", (400, "REQ002")),
        ("\xff", (400, "REQ002")),
        ("null", (400, "REQ001")),
        ("[1]", (400, "REQ001")),
        (json.dumps(ORDER | {"reason": "\ud800"}), (400, "REQ001")),
        (json.dumps(ORDER | {"reference": "\ud800"}), (400, "REQ001")),
        (json.dumps(ORDER | {"reference": "a\x00"}), (400, "REQ001")),
        (json.dumps(ORDER | {"\ud800": 1}), (400, "REQ001")),
        (json.dumps(ORDER | {"note": "a" * 300_000}), (413, "REQ008")),
    ],
)
def test_no_rubbish_breaks_it(body, refusal):
    assert refused_with(body) == refusal
    assert not Transfer.objects.exists()


def test_half_a_character_in_a_question_between_processes_breaks_nothing():
    assert refused_with('{"\\ud800": 1}', "/api/v1/gamification/ports/balances") == (400, "REQ001")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("post", WALLET + "add/", ORDER | {"refrence": "shop:2"}, "refrence"),
        ("patch", "/api/v1/core/users/1/", {"id": 7}, "id"),
        ("get", "/api/v1/core/events/?tipo=besitos_added", None, "tipo"),
        ("get", WALLET + "history/?cursor=a", None, "cursor"),
    ],
)
def test_a_field_nobody_knows_is_named_and_not_overlooked(method, path, body, field):
    factories.TelegramUserFactory(id=1)

    answer = ask(path, bearer(), method, body)

    assert (answer.status_code, answer.json()["fields"]) == (400, {field: ["Este campo no existe."]})


@pytest.mark.parametrize("position", ["p=abc", "p=", "p=%00", "o=5&p=x", "r=1&p=99999999999999999999", "p=\ufffd"])
def test_a_page_that_cannot_be_is_not_there(position):
    cursor = base64.b64encode(position.encode()).decode()
    lists = [one for one in operations() if one.name.startswith("list_") or one.name == "get_user_hints"]
    lists = [one for one in lists if one.name not in {"list_webhook_deliveries", "list_stories"}]

    assert len(lists) == 7
    for one in lists:
        answer = ask(f"{one.path}?cursor={quote(cursor)}", bearer())
        assert (answer.status_code, answer.json()["code"]) == (404, "REQ004"), one.name


@pytest.mark.parametrize(
    "position",
    [str(NOBODY), "2026-11-24", "2026-11-24 12:00", "0001-01-01 00:00:00+14:00", "9999-12-31 23:00-14:00"],
)
def test_a_page_that_begins_at_no_time_is_not_there(position):
    cursor = base64.b64encode(f"p={quote(position)}".encode()).decode()

    answer = ask(f"/api/v1/core/events/?type=besitos_added&cursor={quote(cursor)}", bearer())

    assert (answer.status_code, answer.json()["code"]) == (404, "REQ004")


def test_many_wrong_keys_from_one_address_wait_and_a_good_one_does_not():
    wrong, good = {"Authorization": "Bearer yk_000000000000_nothing"}, bearer()

    with time_machine.travel(NOON, tick=False):
        answers = [ask(WALLET, wrong) for _ in range(MOST_REFUSED + 1)]
        assert ask(WALLET, good).status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=1)):
        assert ask(WALLET, wrong).status_code == 401

    assert [answer.status_code for answer in answers] == [401] * MOST_REFUSED + [429]
    assert (answers[-1].json()["code"], answers[-1]["Retry-After"]) == ("LIM001", "60")


def test_a_forged_address_avoids_no_limit(settings):
    settings.API_RATE, wrong = 2, {"Authorization": "Bearer yk_000000000000_nothing"}
    headers = bearer()

    with time_machine.travel(NOON, tick=False):
        refused = [ask(WALLET, wrong | {"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(MOST_REFUSED + 1)]
        answers = [ask(WALLET, headers | {"X-Forwarded-For": f"10.0.1.{n}"}) for n in range(3)]

    assert refused[-1].status_code == 429
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_a_reader_is_not_written_to_too_often_whoever_asks(settings):
    settings.API_RATE_PER_READER = 2
    orders = [ORDER | {"reference": f"shop:{number}"} for number in range(3)]

    with time_machine.travel(NOON, tick=False):
        answers = [ask(WALLET + "add/", bearer(), "post", order) for order in orders]
        other = ask("/api/v1/gamification/wallets/2/add/", bearer(), "post", ORDER | {"reference": "other:1"})
        read = ask(WALLET, bearer())

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (other.status_code, read.status_code) == (200, 200)
    assert Transfer.objects.count() == 3


def test_a_key_of_one_reader_uses_up_no_other_readers_limit(settings):
    settings.API_RATE_PER_READER = 2
    of_another = bearer(user_id=2)

    with time_machine.travel(NOON, tick=False):
        refused = [ask(WALLET + "add/", of_another, "post", ORDER).status_code for _ in range(3)]
        answer = ask(WALLET + "add/", bearer(), "post", ORDER)

    assert (refused, answer.status_code) == ([404] * 3, 200)


def test_a_key_that_asks_about_others_has_a_limit_too(settings):
    settings.API_RATE = 2
    of_another = bearer(user_id=2)

    with time_machine.travel(NOON, tick=False):
        statuses = [ask(WALLET, of_another).status_code for _ in range(3)]

    assert statuses == [404, 404, 429]


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_are_all_counted(settings):
    settings.API_RATE = 5
    headers, statuses = bearer(), []

    def read() -> None:
        statuses.append(ask(WALLET, headers).status_code)
        connection.close()

    with time_machine.travel(NOON, tick=False):
        threads = [threading.Thread(target=read) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(statuses) == [200] * 5 + [429] * 7


CHAIN = "01a207b6-6117-7bb3-8605-d91c804b65fe"


def test_every_answer_names_the_chain_it_was_asked_in(settings):
    headers = bearer("core:read") | {"X-Correlation-ID": CHAIN}
    answers = [ask(one.path, headers, one.method, None if one.method == "get" else {}) for one in operations()]
    answers += [ask(path, {"X-Correlation-ID": CHAIN}) for path in ("/api/nowhere", "/api/schema/", "/metrics", WALLET)]
    settings.API_RATE = 0
    answers += [ask(WALLET, bearer() | {"X-Correlation-ID": CHAIN})]

    assert {answer.status_code for answer in answers} >= {200, 401, 403, 404, 429}
    assert {answer["X-Correlation-ID"] for answer in answers} == {CHAIN}


@pytest.mark.parametrize("said", ["", "hello", "'; DROP TABLE"])
def test_what_is_no_chain_begins_a_new_one(said):
    assert UUID(ask(WALLET, bearer(), **{"X-Correlation-ID": said})["X-Correlation-ID"]).version == 7


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_without_its_end_leads_nowhere(method):
    answer = ask(WALLET + "add", bearer(), method, None if method == "get" else ORDER)

    assert (answer.status_code, answer.json()["code"]) == (404, "REQ004")


def test_nobody_is_told_in_another_way_what_the_document_says():
    assert ask(WALLET, bearer(), "options").json()["code"] == "REQ005"
