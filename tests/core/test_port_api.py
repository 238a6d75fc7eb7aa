"""What a process answers to others: with the right key, for what it runs, and for nothing else."""

import json
import os
import subprocess
import sys

import pytest
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from gamification import ports
from gamification.models import Transfer
from gamification.services import wallets as service
from tests.core.test_port_codec import ANYTHING
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from yabot.core.ports import PortUnavailable, wallets

BALANCES, SPEND = "/api/v1/gamification/ports/balances", "/api/v1/gamification/ports/spend"
ORDER = {"user_id": 42, "amount": 3, "reason": "fragment", "reference": "choice:1"}


pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> dict[str, str]:
    """The header of another process of ours."""
    return bearer("gamification:ports")


def ask(address: str, body: object, headers: dict[str, str], **more: str):
    client = Client(raise_request_exception=False)
    return client.post(address, body, content_type="application/json", headers=headers | more)


def test_a_question_is_answered(key):
    WalletFactory(user_id=42, balance=7)

    answer = ask(BALANCES, {"user_ids": [42, 43]}, key)

    assert (answer.status_code, answer.json()) == (200, {"by_user": {"42": 7}})


def test_an_order_is_done_once_however_often_it_comes(key):
    WalletFactory(user_id=42, balance=7)

    first, again = ask(SPEND, ORDER, key), ask(SPEND, ORDER, key)

    assert first.status_code == 200
    assert first.json() == again.json()
    assert service.balance_of(42) == 4


def test_an_order_belongs_to_the_callers_chain(key):
    WalletFactory(user_id=42, balance=7)
    chain = "0190a5d2-0000-7000-8000-000000000009"

    answer = ask(SPEND, ORDER, key, **{"x-correlation-id": chain})

    assert answer["X-Correlation-ID"] == chain
    assert str(Transfer.objects.get(reference="choice:1").correlation_id) == chain


def test_a_refusal_is_a_conflict_with_both_sentences(key):
    answer = ask(SPEND, ORDER, key)

    assert answer.status_code == 409
    assert answer.json() == {
        "code": "GAM001",
        "detail": "Te faltan 3 besitos.",
        "fields": {"es": ["Te faltan 3 besitos."], "en": ["You are 3 besitos short."]},
    }


def test_a_refused_order_is_not_remembered(key):
    again = {"idempotency-key": "order-1"}
    assert ask(SPEND, ORDER, key, **again).json()["code"] == "GAM001"
    WalletFactory(user_id=42, balance=7)

    assert ask(SPEND, ORDER, key, **again).status_code == 200
    assert service.balance_of(42) == 4


@pytest.mark.parametrize(
    ("rights", "status", "code"),
    [((), 401, "AUTH001"), (("gamification:read", "gamification:write", "channeladmin:ports"), 403, "AUTH004")],
)
def test_without_the_right_nobody_is_answered(rights, status, code):
    answer = ask(BALANCES, {"user_ids": []}, bearer(*rights) if rights else {})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_key_of_one_reader_asks_for_nobody():
    assert ask(BALANCES, {"user_ids": [42]}, bearer("gamification:ports", user_id=42)).status_code == 404


def test_the_right_to_ask_is_no_right_to_anything_else(key):
    answer = Client().get("/api/v1/gamification/wallets/42/", headers=key)

    assert (answer.status_code, answer.json()["code"]) == (403, "AUTH004")


def test_a_repeated_order_with_a_key_of_its_own_gets_the_same_answer(key):
    WalletFactory(user_id=42, balance=7)
    again = {"idempotency-key": "order-1"}

    first, second = ask(SPEND, ORDER, key, **again), ask(SPEND, ORDER, key, **again)

    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert service.balance_of(42) == 4


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"user_ids": "all"}, {"user_ids": ["must be a list"]}),
        ({"user_ids": [1, "2"]}, {"user_ids.1": ["must be a int"]}),
        ({"user_ids": list(range(1001))}, {"user_ids": ["must not be longer than 1000"]}),
        ({"user_ids": [2**63]}, {"user_ids.0": ["is too large"]}),
        ({}, {"user_ids": ["is missing"]}),
        ({"user_ids": [], "limit": 5}, {"limit": ["is not known here"]}),
        ([], {"body": ["must be an object"]}),
    ],
)
def test_what_is_wrong_with_a_question_is_named(key, body, fields):
    answer = ask(BALANCES, body, key)

    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["fields"]) == ("REQ001", fields)


def test_what_is_no_json_is_refused(key):
    assert ask(BALANCES, "{", key).json()["code"] == "REQ002"


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1])
def test_amounts_that_cannot_be_are_refused_before_the_economy_is_asked(key, amount):
    answer = ask(SPEND, ORDER | {"amount": amount}, key)

    assert list(answer.json()["fields"]) == ["amount"]


def test_only_known_operations_that_are_provided_and_only_by_post(key):
    for nowhere in ("gamification/ports/burn", "narrative/ports/balances", "gamification/ports/items"):
        assert ask(f"/api/v1/{nowhere}", {}, key).status_code == 404
    assert Client().get(BALANCES, headers=key).status_code == 405


@pytest.mark.parametrize("expected_errors", [["Service Unavailable"]])
def test_what_this_process_cannot_answer_is_away(key, monkeypatch):
    monkeypatch.setattr(wallets.balances, "_provider", None)

    answer = ask(BALANCES, {"user_ids": [1]}, key)

    assert (answer.status_code, answer.json()["code"]) == (503, "SVC002")


def test_a_process_has_the_addresses_of_its_own_modules_only():
    code = "import django; django.setup(); from yabot import api; print(*[str(p.pattern) for p in api.urlpatterns])"
    environment = os.environ | {"YABOT_MODULES": "narrative", "DJANGO_SETTINGS_MODULE": "yabot.settings"}

    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert "v1/narrative/hints/" in said.stdout
    assert "v1/core/users/" in said.stdout
    assert "v1/gamification" not in said.stdout


@given(ANYTHING | st.fixed_dictionaries({"user_ids": ANYTHING}))
@given_settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_rubbish_breaks_it(key, body):
    try:
        text = json.dumps(body, allow_nan=False)
    except ValueError:
        return
    answer = ask(BALANCES, text, key)
    assert answer.status_code == (200 if _is_question(body) else 400)


def _is_question(body: object) -> bool:
    if not isinstance(body, dict) or set(body) != {"user_ids"} or not isinstance(body["user_ids"], list):
        return False
    return all(type(user) is int and -(2**63) <= user < 2**63 for user in body["user_ids"])


@pytest.fixture
def breaks():
    """Have the answer to a question break with an error."""

    def with_error(error: Exception) -> None:
        def raise_it(asked: object) -> None:
            raise error

        wallets.balances.provide(raise_it)

    yield with_error
    ports.provide()


def deadlock() -> DatabaseError:
    """What passes when the same is done again."""
    error = DatabaseError("blocked")
    error.sqlstate = "40P01"  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("gone"), deadlock()])
def test_a_database_that_does_not_answer_is_503_with_the_time_to_wait(key, breaks, error, expected_errors):
    expected_errors.append("Service Unavailable")
    breaks(error)

    answer = ask(BALANCES, {"user_ids": [42]}, key)

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "SVC001", "10")


@pytest.mark.parametrize("error", [DataError("too long"), IntegrityError("no such row"), ProgrammingError("syntax")])
def test_a_database_that_refuses_is_a_fault_of_ours_and_seen(key, breaks, error, expected_errors):
    expected_errors.append("Internal Server Error")
    breaks(error)

    assert ask(BALANCES, {"user_ids": [42]}, key).status_code == 500


def test_a_module_that_is_away_says_how_long_to_wait(key, breaks, expected_errors):
    expected_errors.append("Service Unavailable")
    breaks(PortUnavailable("gamification:balances", "away"))

    answer = ask(BALANCES, {"user_ids": [42]}, key)

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "SVC002", "10")
