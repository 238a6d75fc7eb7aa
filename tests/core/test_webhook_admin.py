"""The back office's pages for webhooks."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from tests.core.back_office import act, add_address, allow, list_of, page_of, staff
from tests.factories.core import WebhookDeliveryFactory, WebhookEndpointFactory
from yabot.core.models import CallState, WebhookDelivery, WebhookEndpoint
from yabot.core.webhooks import signing

pytestmark = pytest.mark.django_db
GOOD = {"name": "Contabilidad", "url": "https://cuentas.example/yabot", "is_active": "on"}


def secret_in(answer) -> str:
    found = re.findall(r"whsec_[\w-]{43}", answer.content.decode())
    assert len(found) == 1
    return found[0]


def test_a_new_webhook_shows_its_secret_once(admin_client: Client) -> None:
    answer = admin_client.post(add_address(WebhookEndpoint), {**GOOD, "event_types": ["besitos_added"]})

    made = WebhookEndpoint.objects.get()
    assert secret_in(answer) == signing.secret(made)
    assert "no-store" in answer["Cache-Control"]
    assert made.event_types == ["besitos_added"]
    assert "whsec_" not in admin_client.get(page_of(made)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "http://cuentas.example/"}, "https://"),
        ({"url": "https://127.0.0.1/"}, "red privada"),
        ({"event_types": ["hint_opened"]}, "hint_opened"),
        ({"name": ""}, "Este campo es"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused_beside_its_field(admin_client: Client, wrong, words) -> None:
    answer = admin_client.post(add_address(WebhookEndpoint), {**GOOD, **wrong})

    assert words in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_switching_on_in_the_form_begins_anew(admin_client: Client) -> None:
    made = WebhookEndpointFactory(is_active=False, note="410", failures=3)

    admin_client.post(page_of(made), GOOD)

    begun = made.listens_since
    made.refresh_from_db()
    assert (made.is_active, made.note, made.failures) == (True, "", 0)
    assert made.listens_since > begun


def test_a_new_secret_is_asked_for_and_then_shown_once(admin_client: Client) -> None:
    made = WebhookEndpointFactory()
    before = signing.secret(made)

    assert "24 horas" in act(admin_client, "rotate", made).content.decode()
    answer = act(admin_client, "rotate", made, confirmed="yes")

    made.refresh_from_db()
    assert secret_in(answer) == signing.secret(made) != before
    assert LogEntry.objects.filter(object_id=str(made.pk)).count() == 1


def test_secrets_are_changed_one_at_a_time(admin_client: Client) -> None:
    both = WebhookEndpointFactory.create_batch(2)
    salts = set(WebhookEndpoint.objects.values_list("salt", flat=True))

    answer = act(admin_client, "rotate", *both)

    assert answer.status_code == 302
    assert set(WebhookEndpoint.objects.values_list("salt", flat=True)) == salts


def test_a_test_call_is_owed_to_those_that_are_on(admin_client: Client) -> None:
    on, off = WebhookEndpointFactory(), WebhookEndpointFactory(is_active=False)

    act(admin_client, "ping", on, off)

    assert [(call.type, call.endpoint_id) for call in WebhookDelivery.objects.all()] == [("ping", on.pk)]


def test_the_list_of_calls_begins_with_the_abandoned(admin_client: Client) -> None:
    rows = {
        "": WebhookDeliveryFactory(dead=True).pk,
        "?estado=espera": WebhookDeliveryFactory().pk,
        "?estado=hechas": WebhookDeliveryFactory(done=True).pk,
    }

    for choice, key in rows.items():
        found = admin_client.get(list_of(WebhookDelivery) + choice).context["cl"].result_list
        assert [row.pk for row in found] == [key]
    assert len(admin_client.get(list_of(WebhookDelivery) + "?estado=todas").context["cl"].result_list) == 3


def test_finished_calls_are_made_again_on_demand(admin_client: Client) -> None:
    dead, done = WebhookDeliveryFactory(dead=True), WebhookDeliveryFactory(done=True)

    chosen = {"action": "replay", "_selected_action": [dead.pk, done.pk]}
    admin_client.post(list_of(WebhookDelivery) + "?estado=todas", chosen)

    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {(CallState.WAITING, 0)}


def test_a_calls_page_shows_what_is_sent_and_what_was_answered(admin_client: Client) -> None:
    call = WebhookDeliveryFactory(dead=True)

    page = admin_client.get(page_of(call)).content.decode()

    assert "503: no" in page
    assert str(call.event_id) in page and "reaction_detected" in page


def test_only_who_may_change_webhooks_may_act_on_them(client: Client) -> None:
    visitor = staff(client)
    allow(visitor, "view_webhookendpoint", "view_webhookdelivery")
    endpoint, call = WebhookEndpointFactory(), WebhookDeliveryFactory(dead=True)

    for action, row in (("ping", endpoint), ("rotate", endpoint), ("replay", call)):
        act(visitor, action, row, confirmed="yes")

    assert list(WebhookDelivery.objects.values_list("state", flat=True)) == [CallState.DEAD]
    assert WebhookEndpoint.objects.filter(previous_salt="").count() == 2


def test_a_webhook_in_trouble_is_seen_in_the_list(admin_client: Client) -> None:
    WebhookEndpointFactory(is_active=False, note="Respondió 410")
    WebhookEndpointFactory(failing_since="2026-11-01T00:00:00Z", event_types=["besitos_added"])

    page = admin_client.get(list_of(WebhookEndpoint)).content.decode()

    assert "apagado por el sistema" in page and "Respondió 410" in page
    assert "falla" in page
