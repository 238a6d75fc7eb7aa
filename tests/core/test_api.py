"""The API as a program sees it: who may ask, what a refusal looks like, and that a write repeated happens once."""

import json
import re
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from gamification.models import Transfer
from gamification.services import proof, wallets
from tests import engine
from tests.factories import core as factories
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from tests.factories.narrative import HintUnlockFactory
from yabot.core import clock, keys, retention
from yabot.core.models import EventRecord, IdempotentAnswer, ModuleKey, TelegramUser

pytestmark = pytest.mark.django_db
WALLET = "/api/v1/gamification/wallets/1/"
ORDER = {"amount": 5, "reason": "fragment", "reference": "shop:1"}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def ask(path: str, headers: dict[str, str], method: str = "get", body: object = None, **more: str):
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(Client(raise_request_exception=False), method)(path, headers=headers | more, **content)


def operations() -> list[tuple[str, str, str]]:
    """Every operation of the OpenAPI document: method, path with values, module."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    found = []
    for path, methods in document["paths"].items():
        filled = path.replace("{user_id}", "1").replace("{end}", "release")
        filled = re.sub(r"\{\w+_id\}", str(uuid4()), filled)
        found += [(method, filled, path.split("/")[3]) for method in methods]
    return found


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        ({}, 401, "AUTH001"),
        ({"Authorization": "Basic abc"}, 401, "AUTH001"),
        ({"Authorization": "Bearer yk_000000000000_nothing"}, 401, "AUTH002"),
        ({"Authorization": "Bearer rubbish"}, 401, "AUTH002"),
    ],
)
def test_who_has_no_key_is_told_so(header, status, code):
    answer = ask(WALLET, header)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"code", "detail", "fields"}


def test_a_key_ends_when_its_time_is_over():
    headers = bearer(expires_at=clock.now() + timedelta(hours=1))
    assert ask(WALLET, headers).status_code == 200

    with time_machine.travel(clock.now() + timedelta(hours=2)):
        answer = ask(WALLET, headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH003")


def test_a_key_that_was_withdrawn_opens_nothing():
    headers = bearer()
    keys.revoke(ModuleKey.objects.get().pk)

    answer = ask(WALLET, headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH005")


def test_an_old_key_goes_on_for_a_day_when_it_is_replaced():
    headers = bearer("gamification:read")
    successor, secret = keys.rotate(ModuleKey.objects.get().pk)

    assert ask(WALLET, headers).status_code == 200
    assert ask(WALLET, {"Authorization": f"Bearer {secret}"}).status_code == 200
    assert successor.rights == "gamification:read"
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert ask(WALLET, headers).json()["code"] == "AUTH003"
        assert ask(WALLET, {"Authorization": f"Bearer {secret}"}).status_code == 200


def test_a_secret_is_nowhere_in_the_database():
    headers = bearer()
    secret = headers["Authorization"].rsplit("_", 1)[1]

    assert secret not in str(list(ModuleKey.objects.values()))


def test_the_last_use_is_noted_once_a_minute():
    headers = bearer()
    ask(WALLET, headers)
    first = ModuleKey.objects.get().last_used_at
    ask(WALLET, headers)
    assert ModuleKey.objects.get().last_used_at == first

    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        ask(WALLET, headers)
    assert ModuleKey.objects.get().last_used_at > first


@pytest.mark.parametrize("right", keys.RIGHTS)
def test_a_key_may_do_what_its_right_says_and_nothing_else(right):
    headers = bearer(right)
    module, verb = right.split(":")

    for method, path, owner in operations():
        own = [verb for verb in ("ports", "webhooks") if f"/{verb}/" in path]
        wanted = own[0] if own else "read" if method == "get" else "write"
        answer = ask(path, headers, method, None if method == "get" else {})
        permitted = (owner, wanted) == (module, verb)
        assert (answer.status_code != 403) is permitted, (right, method, path)
        if not permitted:
            assert answer.json()["code"] == "AUTH004"


def test_no_operation_is_open_without_a_key():
    assert len(operations()) >= 12
    for method, path, _ in operations():
        assert ask(path, {}, method, None if method == "get" else {}).status_code == 401, (method, path)


def test_a_key_of_one_reader_knows_no_other():
    WalletFactory(user_id=1, balance=5)
    WalletFactory(user_id=2, balance=7)
    headers = bearer(user_id=1)

    assert ask(WALLET, headers).json() == {"user_id": 1, "balance": 5}
    for method, path, _ in operations():
        other = path.replace("/1/", "/2/", 1) if "/1/" in path else path
        answer = ask(other, headers, method, None if method == "get" else ORDER)
        assert (answer.status_code, answer.json()["code"]) == (404, "REQ004"), (method, other)
    assert wallets.balance_of(2) == 7


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
    headers = bearer()
    from yabot.core.api.gateway import KeyThrottle

    rate, KeyThrottle.THROTTLE_RATES = KeyThrottle.THROTTLE_RATES, {"key": "2/min", "reader": "60/min"}
    try:
        answers = [ask(WALLET, headers) for _ in range(3)]
    finally:
        KeyThrottle.THROTTLE_RATES = rate

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["detail"].startswith("Por favor, intenta de nuevo en unos segundos.")
    assert int(answers[2]["Retry-After"]) >= 1


def test_the_same_write_again_is_answered_and_not_done_again():
    headers = bearer()
    first = ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})
    again = ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})

    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Transfer.objects.count() == 1
    assert EventRecord.objects.count() == 1


def test_an_idempotency_key_is_for_one_request():
    headers = bearer()
    ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})

    answer = ask(WALLET + "add/", headers, "post", ORDER | {"reference": "b"}, **{"Idempotency-Key": "abc"})

    assert (answer.status_code, answer.json()["code"]) == (409, "IDEM001")
    assert ask(WALLET + "add/", bearer(), "post", ORDER, **{"Idempotency-Key": "abc"}).status_code == 200
    assert ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "x" * 129}).status_code == 409


def test_a_refused_write_may_be_tried_again_with_its_key():
    headers = bearer()
    refused = ask(WALLET + "spend/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})
    WalletFactory(user_id=1, balance=9)

    done = ask(WALLET + "spend/", headers, "post", ORDER, **{"Idempotency-Key": "abc"})

    assert (refused.status_code, done.status_code) == (409, 200)
    assert wallets.balance_of(1) == 4


@pytest.mark.django_db(transaction=True)
def test_two_equal_writes_at_once_happen_once():
    headers = bearer()
    answers = []

    def write() -> None:
        answers.append(ask(WALLET + "add/", headers, "post", ORDER, **{"Idempotency-Key": "abc"}))
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert IdempotentAnswer.objects.count() == 1
    assert wallets.balance_of(1) == 5
    assert proof.prove().ok


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


def test_keys_are_made_replaced_and_withdrawn_in_the_shell(capsys):
    call_command("modulekey", "create", "shop", "gamification:read", "--days", "3", "--user", "1")
    secret = capsys.readouterr().out.strip()
    assert ask(WALLET, {"Authorization": f"Bearer {secret}"}).status_code == 200

    prefix = secret.split("_")[1]
    call_command("modulekey", "rotate", prefix)
    assert capsys.readouterr().out.startswith("yk_")
    call_command("modulekey", "revoke", f"yk_{prefix}")
    assert capsys.readouterr().out == "withdrawn\n"
    call_command("modulekey", "list")
    listed = capsys.readouterr().out
    assert "revoked" in listed and "active" in listed and secret not in listed


def test_a_key_is_made_in_the_back_office_and_its_secret_shown_once(admin_client):
    page = admin_client.post(reverse("admin:core_modulekey_add"), {"name": "Tienda", "rights": ["gamification:read"]})

    key = ModuleKey.objects.get()
    (secret,) = [
        word for word in page.content.decode().replace("<", " ").replace(">", " ").split() if word.startswith("yk_")
    ]
    assert ask(WALLET, {"Authorization": f"Bearer {secret}"}).status_code == 200
    shown = admin_client.get(reverse("admin:core_modulekey_change", args=[key.pk])).content.decode()
    assert secret not in shown
    assert "Economía: leer" in shown


def test_a_key_is_withdrawn_in_the_back_office_after_a_question(admin_client):
    bearer()
    key = ModuleKey.objects.get()
    form = {"action": "revoke", "_selected_action": [str(key.pk)]}

    asked = admin_client.post(reverse("admin:core_modulekey_changelist"), form)
    assert "¿Retirar estas llaves?" in asked.content.decode()
    assert ModuleKey.objects.get().revoked_at is None

    admin_client.post(reverse("admin:core_modulekey_changelist"), form | {"confirmed": "yes"})
    assert ModuleKey.objects.get().revoked_at is not None


def test_an_answer_is_kept_for_a_day():
    ask(WALLET + "add/", bearer(), "post", ORDER, **{"Idempotency-Key": "abc"})

    assert retention.forget_old_answers() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert retention.forget_old_answers() == 1
    assert not IdempotentAnswer.objects.exists()
