"""Webhooks over the API."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories.core import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.factories.keys import bearer
from yabot.core.ids import uuid7
from yabot.core.models import CallState, IdempotentAnswer, WebhookDelivery, WebhookEndpoint
from yabot.core.webhooks import signing

pytestmark = pytest.mark.django_db
ALL = "/api/v1/core/webhooks/"
NEW = {"name": "Cuentas", "url": "https://cuentas.example/yabot", "event_types": ["besitos_added"]}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def headers() -> dict[str, str]:
    return bearer("core:webhooks")


def ask(headers: dict[str, str], method: str, path: str = "", body: object = None, **more: str):
    content = {} if method == "get" else {"data": "" if body is None else json.dumps(body)}
    if content:
        content["content_type"] = "application/json"
    return getattr(Client(), method)(ALL + path, headers=headers | more, **content)


def test_a_program_adds_itself_and_is_told_its_secret_once(headers):
    answer = ask(headers, "post", body=NEW)

    made = WebhookEndpoint.objects.get()
    told = answer.json()
    assert answer.status_code == 201
    assert told["secret"] == signing.secret(made)
    assert (told["name"], told["event_types"], told["is_active"]) == ("Cuentas", ["besitos_added"], True)
    assert "secret" not in ask(headers, "get", f"{made.pk}/").json()
    assert "secret" not in ask(headers, "get").json()["results"][0]


def test_the_same_write_again_tells_the_same_secret_which_is_stored_nowhere(headers):
    first = ask(headers, "post", body=NEW, **{"Idempotency-Key": "a"})
    secret = first.json()["secret"]
    rotated = ask(headers, "post", f"{first.json()['id']}/rotate/", **{"Idempotency-Key": "b"}).json()["secret"]

    again = ask(headers, "post", body=NEW, **{"Idempotency-Key": "a"})
    rotated_again = ask(headers, "post", f"{first.json()['id']}/rotate/", **{"Idempotency-Key": "b"})

    assert again.json() == first.json()
    assert rotated_again.json()["secret"] == rotated != secret
    assert WebhookEndpoint.objects.count() == 1
    stored = str(list(IdempotentAnswer.objects.values())) + str(list(WebhookEndpoint.objects.values()))
    assert secret not in stored and rotated not in stored


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://cuentas.example/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"event_types": ["hint_opened"]}, "event_types.0"),
        ({"url": "https://a.example/\r\nX: 1"}, "url"),
        ({"url": "https://a b.example/"}, "url"),
        ({"events": []}, "events"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(headers, wrong, field):
    made = WebhookEndpointFactory()

    for answer in (ask(headers, "post", body={**NEW, **wrong}), ask(headers, "patch", f"{made.pk}/", wrong)):
        assert answer.status_code == 400
        assert answer.json()["code"] == "REQ001"
        assert list(answer.json()["fields"]) == [field]


def test_a_webhook_is_changed_switched_off_and_deleted(headers):
    made = WebhookEndpointFactory()

    changed = ask(headers, "patch", f"{made.pk}/", {"name": "b", "is_active": False, "event_types": ["besitos_spent"]})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["is_active"]) == ("b", False)
    assert ask(headers, "post", f"{made.pk}/ping/").json()["code"] == "WHK005"

    assert ask(headers, "delete", f"{made.pk}/").status_code == 204
    assert not WebhookEndpoint.objects.exists()


def test_a_test_call_can_be_followed(headers):
    made = WebhookEndpointFactory()

    pinged = ask(headers, "post", f"{made.pk}/ping/")

    assert pinged.status_code == 202
    assert (pinged.json()["type"], pinged.json()["state"], pinged.json()["user_id"]) == ("ping", "waiting", None)
    (listed,) = ask(headers, "get", f"{made.pk}/deliveries/").json()["results"]
    assert listed == pinged.json()


def test_calls_are_listed_by_state_and_type_of_one_webhook_only(headers):
    made = WebhookEndpointFactory()
    dead = WebhookDeliveryFactory(endpoint=made, dead=True)
    WebhookDeliveryFactory(endpoint=made, done=True)
    WebhookDeliveryFactory(dead=True)

    listed = {
        query: [row["id"] for row in ask(headers, "get", f"{made.pk}/deliveries/{query}").json()["results"]]
        for query in ("?state=dead", "?state=dead&type=ping", "?type=reaction_detected")
    }

    assert listed["?state=dead"] == [str(dead.pk)]
    assert listed["?state=dead&type=ping"] == []
    assert len(listed["?type=reaction_detected"]) == 2
    assert ask(headers, "get", f"{made.pk}/deliveries/?state=lost").status_code == 400


def test_an_abandoned_call_is_made_again_under_its_id(headers):
    dead = WebhookDeliveryFactory(dead=True)

    answer = ask(headers, "post", f"{dead.endpoint_id}/deliveries/{dead.pk}/replay/")

    assert answer.status_code == 202
    assert (answer.json()["id"], answer.json()["state"], answer.json()["attempts"]) == (str(dead.pk), "waiting", 0)
    assert WebhookDelivery.objects.get().state == CallState.WAITING


def test_what_is_not_there_is_404_and_another_webhooks_call_is_not_there(headers):
    call, other = WebhookDeliveryFactory(dead=True), WebhookEndpointFactory()
    nobody = uuid7()

    found = [
        ask(headers, "get", f"{nobody}/"),
        ask(headers, "patch", f"{nobody}/", {}),
        ask(headers, "delete", f"{nobody}/"),
        ask(headers, "post", f"{nobody}/rotate/"),
        ask(headers, "post", f"{nobody}/ping/"),
        ask(headers, "get", f"{nobody}/deliveries/"),
        ask(headers, "post", f"{other.pk}/deliveries/{call.pk}/replay/"),
    ]

    assert {answer.status_code for answer in found} == {404}
    assert WebhookDelivery.objects.get().state == CallState.DEAD


def test_a_key_of_one_reader_knows_no_webhooks():
    headers = bearer("core:webhooks", user_id=7)

    assert ask(headers, "get").status_code == 404
    assert ask(headers, "post", body=NEW).status_code == 404


def test_nothing_is_replayed_to_a_webhook_that_is_off(headers) -> None:
    dead = WebhookDeliveryFactory(dead=True, endpoint__is_active=False)

    answer = ask(headers, "post", f"{dead.endpoint_id}/deliveries/{dead.pk}/replay/")

    assert (answer.status_code, answer.json()["code"]) == (409, "WHK005")
    dead.refresh_from_db()
    assert dead.state == CallState.DEAD
