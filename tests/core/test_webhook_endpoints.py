"""Endpoints: what they may be, their secrets, and being switched on and off."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.db.models.signals import pre_save

from tests.core.receiving import documented_check
from tests.factories.core import WebhookDeliveryFactory, WebhookEndpointFactory
from yabot.core import clock
from yabot.core.ids import uuid7
from yabot.core.models import CallState, WebhookDelivery, WebhookEndpoint
from yabot.core.webhooks import endpoints, errors, rules, signing

pytestmark = pytest.mark.django_db
URL = "https://cuentas.example/yabot"


def test_a_new_endpoint_listens_and_its_secret_is_shown_once():
    made, secret = endpoints.create(name="Contabilidad", url=URL, event_types=["besitos_added"])

    assert made.is_active
    assert secret.startswith("whsec_") and len(secret) == 49
    stored = [str(value) for value in WebhookEndpoint.objects.filter(pk=made.pk).values_list().get()]
    assert not [value for value in stored if secret.removeprefix("whsec_") in value]


def test_two_endpoints_have_different_secrets():
    assert endpoints.create(name="a", url=URL)[1] != endpoints.create(name="b", url=URL)[1]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://cuentas.example/", errors.NotHttps),
        ("ftp://cuentas.example/", errors.BadAddress),
        ("cuentas.example", errors.BadAddress),
        ("https://", errors.BadAddress),
        ("https://user:pass@cuentas.example/", errors.BadAddress),
        ("https://cuentas.example/#part", errors.BadAddress),
        ("https://cuentas.example:port/", errors.BadAddress),
        ("https://[::1", errors.BadAddress),
        ("https://127.0.0.1/", errors.PrivateAddress),
        ("http://localhost:8000/", errors.PrivateAddress),
        ("https://10.0.0.7/", errors.PrivateAddress),
        ("https://169.254.169.254/latest/meta-data", errors.PrivateAddress),
        ("https://[::ffff:10.0.0.1]/", errors.PrivateAddress),
    ],
)
def test_an_address_that_must_not_be_called_is_refused(url, error):
    with pytest.raises(error) as refused:
        endpoints.create(name="a", url=url)

    assert refused.value.sentence("es") != refused.value.sentence("en")
    assert not WebhookEndpoint.objects.exists()


def test_private_addresses_are_taken_where_the_settings_allow_them(settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = True

    rules.check_url("http://127.0.0.1:8000/hook")
    rules.check_url("https://10.0.0.7/hook")
    with pytest.raises(errors.NotHttps):
        rules.check_url("http://10.0.0.7/hook")
    settings.DEBUG = True
    rules.check_url("http://10.0.0.7/hook")


@pytest.mark.parametrize("types", [["no_such_event"], ["besitos_added", 5], ["hint_opened"], [["besitos_added"]]])
def test_an_event_that_is_not_for_others_is_refused(types):
    with pytest.raises(errors.UnknownEvent) as refused:
        endpoints.create(name="a", url=URL, event_types=types)

    assert "besitos_added" in refused.value.sentence("en")


def test_what_is_changed_is_checked_first_and_the_rest_stays():
    made = WebhookEndpointFactory(name="a", event_types=["besitos_added"])

    with pytest.raises(errors.NotHttps):
        endpoints.change(made.pk, name="b", url="http://cuentas.example/")
    endpoints.change(made.pk, event_types=["besitos_spent"])

    made.refresh_from_db()
    assert (made.name, made.url, made.event_types) == ("a", URL, ["besitos_spent"])


def test_an_endpoint_that_is_not_there_is_said_so():
    for act in (endpoints.delete, endpoints.rotate, endpoints.ping, endpoints.change):
        with pytest.raises(errors.NoSuchEndpoint):
            act(uuid7())


def test_switching_on_begins_anew():
    made = WebhookEndpointFactory(is_active=False, note="410", failures=7, failing_since=clock.now())
    begun = made.listens_since

    with time_machine.travel(begun + timedelta(days=2), tick=False):
        endpoints.change(made.pk, is_active=True)

    made.refresh_from_db()
    assert (made.note, made.failures, made.failing_since) == ("", 0, None)
    assert made.listens_since == begun + timedelta(days=2)


def test_a_new_name_does_not_make_it_listen_from_now_on_only():
    made = WebhookEndpointFactory()

    with time_machine.travel(made.listens_since + timedelta(days=2), tick=False):
        endpoints.change(made.pk, name="b", url="https://otras.example/")

    begun = made.listens_since
    made.refresh_from_db()
    assert (made.listens_since, made.name, made.url) == (begun, "b", "https://otras.example/")


@pytest.mark.parametrize("changes", [{"name": "b"}, {"url": "https://otras.example/"}, {"event_types": []}])
def test_a_change_takes_nothing_back_that_happened_meanwhile(changes):
    made = WebhookEndpointFactory(event_types=["besitos_added"])

    def meanwhile(**_: object) -> None:
        pre_save.disconnect(meanwhile, sender=WebhookEndpoint)
        endpoints.rotate(made.pk)
        endpoints.switch_off(made.pk, "410")

    pre_save.connect(meanwhile, sender=WebhookEndpoint)
    endpoints.change(made.pk, **changes)

    now = WebhookEndpoint.objects.get(pk=made.pk)
    assert (now.is_active, now.note) == (False, "410")
    assert now.previous_salt == made.salt != now.salt


def test_a_new_address_is_called_at_once_and_a_new_name_changes_nothing():
    made = WebhookEndpointFactory(failures=7, rests_until=clock.now() + timedelta(minutes=5))

    endpoints.change(made.pk, name="b")
    assert WebhookEndpoint.objects.get(pk=made.pk).failures == 7
    endpoints.change(made.pk, url="https://otras.example/")

    now = WebhookEndpoint.objects.get(pk=made.pk)
    assert (now.failures, now.rests_until <= clock.now()) == (0, True)


def test_what_is_deleted_is_owed_nothing_more():
    call = WebhookDeliveryFactory()

    endpoints.delete(call.endpoint_id)

    assert not WebhookDelivery.objects.exists()


def test_a_changed_secret_overlaps_with_the_one_before_for_a_day():
    made, first = endpoints.create(name="a", url=URL)
    changed, second = endpoints.rotate(made.pk)
    now = clock.now()

    assert first != second
    assert signing.secrets(changed, now) == [second, first]
    assert signing.secrets(changed, now + timedelta(hours=25)) == [second]


def test_the_documented_check_takes_every_good_signature_and_no_other():
    check = documented_check()
    made, first = endpoints.create(name="a", url=URL)
    changed, second = endpoints.rotate(made.pk)
    now = clock.now()
    header = signing.sign(b"body", signing.secrets(changed, now), now)

    assert check(b"body", header, first) and check(b"body", header, second)
    assert not check(b"other", header, second)
    assert not check(b"body", header, "whsec_other")
    assert not check(b"body", "", second) and not check(b"body", "t=x,v1=y", second)
    with time_machine.travel(time.time() + 301):
        assert not check(b"body", header, second)


def test_a_ping_is_owed_at_once_but_not_to_one_that_is_off():
    made = WebhookEndpointFactory()

    call = endpoints.ping(made.pk)

    assert (call.type, call.state, call.endpoint_id) == ("ping", CallState.WAITING, made.pk)
    endpoints.change(made.pk, is_active=False)
    with pytest.raises(errors.EndpointOff):
        endpoints.ping(made.pk)


def test_the_system_switches_off_once_and_says_why():
    call = WebhookDeliveryFactory()

    endpoints.switch_off(call.endpoint_id, "410")
    endpoints.switch_off(call.endpoint_id, "another reason")

    call.refresh_from_db()
    assert (call.state, call.error) == (CallState.DEAD, "410")
    assert (call.endpoint.is_active, call.endpoint.note) == (False, "410")
