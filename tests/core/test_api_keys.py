"""Who may ask the API: keys, what each may, and how they are made and end."""

import hmac
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from gamification.services import wallets
from tests.core.calling import ORDER, WALLET, ask, operations
from tests.factories.gamification import WalletFactory
from tests.factories.keys import bearer
from yabot.core import clock, keys
from yabot.core.models import ModuleKey

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


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


@pytest.mark.parametrize("wrong", ["yk_000000000000_nothing", "rubbish", "yk_{prefix}_wrong", "yk_{prefix}_"])
def test_no_wrong_key_is_found_wrong_sooner_than_another(wrong, monkeypatch):
    key, _ = keys.create("shop", ["core:read"])
    compared, digest = [], hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda one, other: compared.append(len(one)) or digest(one, other))

    with pytest.raises(keys.KeyUnknown):
        keys.check(wrong.format(prefix=key.prefix))

    assert compared == [64]


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


def opens(secret: str) -> bool:
    return bool(ask(WALLET, {"Authorization": f"Bearer {secret}"}).status_code == 200)


@pytest.mark.parametrize("options", [{"expires_at": clock.now() - timedelta(days=1)}, {}])
def test_a_key_that_has_ended_has_no_successor(options):
    key, _ = keys.create("shop", ["gamification:read"], **options)
    if not options:
        keys.revoke(key.pk)

    with pytest.raises(keys.NoSuccessor):
        keys.rotate(key.pk)

    assert ModuleKey.objects.count() == 1


def test_a_successor_is_good_for_as_long_as_its_key_was_made_for():
    key, _ = keys.create("shop", ["gamification:read"], expires_at=clock.now() + timedelta(days=30))
    key.refresh_from_db()
    with time_machine.travel(clock.now() + timedelta(days=29)):
        first, _ = keys.rotate(key.pk)
        second, _ = keys.rotate(key.pk)
        left = [successor.expires_at - clock.now() for successor in (first, second)]

    assert all(timedelta(days=29) < one <= timedelta(days=30) for one in left)
    assert ModuleKey.objects.get(pk=key.pk).expires_at == key.expires_at


def test_a_key_replaced_twice_has_one_successor():
    key, secret = keys.create("shop", ["gamification:read"])
    _, lost = keys.rotate(key.pk)
    _, found = keys.rotate(key.pk)

    assert [opens(one) for one in (secret, lost, found)] == [True, False, True]


def test_a_successor_that_is_at_work_is_not_withdrawn_by_a_second_one():
    key, _ = keys.create("shop", ["gamification:read"])
    successor, secret = keys.rotate(key.pk)
    assert opens(secret)

    with pytest.raises(keys.NoSuccessor):
        keys.rotate(key.pk)
    _, last = keys.rotate(successor.pk)

    assert opens(secret) and opens(last)


@pytest.mark.django_db(transaction=True)
def test_a_key_replaced_by_two_at_once_has_one_successor():
    key, _ = keys.create("shop", ["gamification:read"])
    secrets: list[str] = []

    def rotate() -> None:
        secrets.append(keys.rotate(key.pk)[1])
        connection.close()

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [opens(secret) for secret in secrets].count(True) == 1


def test_a_key_and_its_successor_have_one_limit(settings):
    settings.API_RATE = 2
    headers = bearer("gamification:read")

    with time_machine.travel(NOON, tick=False):
        assert [ask(WALLET, headers).status_code for _ in range(2)] == [200, 200]
        _, secret = keys.rotate(ModuleKey.objects.get().pk)
        assert ask(WALLET, {"Authorization": f"Bearer {secret}"}).status_code == 429


def test_a_secret_is_nowhere_in_the_database():
    headers = bearer()
    secret = headers["Authorization"].split("_", 2)[2]

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
    opened = 0

    for one in operations():
        own = [name for name in ("ports", "webhooks") if f"/{name}/" in one.path]
        wanted = own[0] if own else "read" if one.method == "get" else "write"
        answer = ask(one.path, headers, one.method, None if one.method == "get" else {})
        permitted = (one.module, wanted) == (module, verb)
        assert (answer.status_code != 403) is permitted, (right, one.name)
        opened += permitted
        assert f"`{one.module}:{wanted}`" in one.entry["description"]
        if not permitted:
            assert answer.json()["code"] == "AUTH004"
    assert opened or right in {"core:metrics", "narrative:drafts"}  # one is no operation, the other a way of reading


def test_no_operation_is_open_without_a_key():
    assert len(operations()) >= 23
    for one in operations():
        answer = ask(one.path, {}, one.method, None if one.method == "get" else {})
        assert (answer.status_code, answer.json()["code"]) == (401, "AUTH001"), one.name


def test_a_key_of_one_reader_knows_no_other():
    WalletFactory(user_id=1, balance=5)
    WalletFactory(user_id=2, balance=7)
    headers = bearer(user_id=1)

    assert ask(WALLET, headers).json() == {"user_id": 1, "balance": 5}
    for one in operations(user_id=2):
        answer = ask(one.path, headers, one.method, None if one.method == "get" else ORDER)
        assert (answer.status_code, answer.json()["code"]) == (404, "REQ004"), one.name
    assert wallets.balance_of(2) == 7


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


@pytest.mark.parametrize(
    "order", [["create", "shop", "core:read", "--days", "0"], ["create", "shop", "core:read", "--days", "-3"]]
)
def test_no_key_is_made_for_no_time(order):
    with pytest.raises(CommandError, match="whole number"):
        call_command("modulekey", *order)

    assert not ModuleKey.objects.exists()


def test_a_withdrawn_key_is_not_replaced_in_the_shell():
    key, _ = keys.create("shop", ["core:read"])
    keys.revoke(key.pk)

    with pytest.raises(CommandError, match="was withdrawn"):
        call_command("modulekey", "rotate", key.prefix)


def test_a_withdrawn_key_is_not_replaced_in_the_back_office(admin_client):
    key, _ = keys.create("shop", ["core:read"])
    keys.revoke(key.pk)
    form = {"action": "rotate", "_selected_action": [str(key.pk)], "confirmed": "yes"}

    page = admin_client.post(reverse("admin:core_modulekey_changelist"), form, follow=True)

    assert "haz una nueva" in page.content.decode()
    assert ModuleKey.objects.count() == 1


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
