"""What a process answers to others: with the right key, for what it runs, and for nothing else."""

import json

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from gamification.services import wallets as service
from tests.core.test_port_codec import ANYTHING
from tests.factories.gamification import WalletFactory
from yabot.core.api import ports as api
from yabot.core.ports import wallets

BALANCES, SPEND = "/api/v1/gamification/ports/balances", "/api/v1/gamification/ports/spend"
KEY = "a-key-that-two-processes-share"
ORDER = {"user_id": 42, "amount": 3, "reason": "fragment", "reference": "choice:1"}


@pytest.fixture(autouse=True)
def _shared_key(settings):
    settings.MODULE_KEY = KEY


def ask(address: str, body: object, *, authorization: str = f"Api-Key {KEY}", **more: str):
    headers = {"authorization": authorization, **more} if authorization else more
    return Client().post(address, body, content_type="application/json", headers=headers)


@pytest.mark.django_db
def test_a_question_is_answered():
    WalletFactory(user_id=42, balance=7)

    answer = ask(BALANCES, {"user_ids": [42, 43]})

    assert (answer.status_code, answer.json()) == (200, {"by_user": {"42": 7}})


@pytest.mark.django_db
def test_an_order_is_done_once_however_often_it_comes():
    WalletFactory(user_id=42, balance=7)

    first, again = ask(SPEND, ORDER), ask(SPEND, ORDER)

    assert first.status_code == 200
    assert first.json() == again.json()
    assert service.balance_of(42) == 4


@pytest.mark.django_db
def test_an_order_belongs_to_the_callers_chain():
    from gamification.models import Transfer

    WalletFactory(user_id=42, balance=7)
    chain = "0190a5d2-0000-7000-8000-000000000009"

    answer = ask(SPEND, ORDER, **{"x-correlation-id": chain})

    assert answer["X-Correlation-ID"] == chain
    assert str(Transfer.objects.get(reference="choice:1").correlation_id) == chain


@pytest.mark.django_db
def test_a_refusal_is_a_conflict_with_both_sentences():
    answer = ask(SPEND, ORDER)

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "GAM001",
        "detail": "Te faltan 3 besitos.",
        "fields": {"es": "Te faltan 3 besitos.", "en": "You are 3 besitos short."},
    }


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("", "AUTH001"), ("Bearer x", "AUTH001"), ("Api-Key wrong", "AUTH002"), (f"Api-Key {KEY}x", "AUTH002")],
)
def test_without_the_key_nobody_is_answered(authorization, code):
    answer = ask(BALANCES, {"user_ids": []}, authorization=authorization)

    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer["WWW-Authenticate"] == "Api-Key"


def test_a_process_without_a_key_answers_nobody(settings):
    settings.MODULE_KEY = ""

    assert ask(BALANCES, {"user_ids": []}, authorization="Api-Key ").json()["code"] in {"AUTH001", "AUTH002"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"user_ids": "all"}, {"user_ids": "must be a list"}),
        ({"user_ids": [1, "2"]}, {"user_ids.1": "must be a int"}),
        ({"user_ids": list(range(1001))}, {"user_ids": "must not be longer than 1000"}),
        ({"user_ids": [2**63]}, {"user_ids.0": "is too large"}),
        ({}, {"user_ids": "is missing"}),
        ({"user_ids": [], "limit": 5}, {"limit": "is not known here"}),
        ([], {"body": "must be an object"}),
    ],
)
def test_what_is_wrong_with_a_question_is_named(body, fields):
    answer = ask(BALANCES, body)

    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["fields"]) == ("PRT004", fields)


def test_what_is_no_json_is_refused():
    assert ask(BALANCES, "{").status_code == 400


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1])
def test_amounts_that_cannot_be_are_refused_before_the_economy_is_asked(amount):
    answer = ask(SPEND, ORDER | {"amount": amount})

    assert list(answer.json()["fields"]) == ["amount"]


def test_too_much_at_once_is_refused(monkeypatch):
    monkeypatch.setattr(api, "MOST_BYTES", 10)

    assert ask(BALANCES, {"user_ids": [1, 2, 3]}).status_code == 413


def test_only_known_operations_and_only_by_post():
    headers = {"authorization": f"Api-Key {KEY}"}

    assert ask("/api/v1/gamification/ports/burn", {}).status_code == 404
    assert ask("/api/v1/narrative/ports/balances", {}).status_code == 404
    assert Client().get(BALANCES, headers=headers).status_code == 405


@pytest.mark.parametrize("expected_errors", [["Service Unavailable"]])
def test_what_this_process_does_not_run_is_away(monkeypatch):
    monkeypatch.setattr(wallets.balances, "_provider", None)

    answer = ask(BALANCES, {"user_ids": [1]})

    assert (answer.status_code, answer.json()["code"]) == (503, "SVC002")


@pytest.mark.django_db
@given(ANYTHING | st.fixed_dictionaries({"user_ids": ANYTHING}))
@given_settings(deadline=None, max_examples=80)
def test_no_rubbish_breaks_it(body):
    try:
        text = json.dumps(body)
    except ValueError:
        return
    answer = ask(BALANCES, text)
    assert answer.status_code == (200 if _is_question(body) else 400)


def _is_question(body: object) -> bool:
    if not isinstance(body, dict) or set(body) != {"user_ids"} or not isinstance(body["user_ids"], list):
        return False
    return all(type(user) is int and -(2**63) <= user < 2**63 for user in body["user_ids"])
