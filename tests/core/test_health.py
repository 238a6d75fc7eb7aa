"""What the health page says, and what whoever watches gets."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.factories import core as factories
from yabot.core import clock, health
from yabot.core.api.health import live, ready
from yabot.core.health import LEDGER, POLLER, Beat
from yabot.core.models import Heartbeat

pytestmark = pytest.mark.django_db


def found(name: str) -> health.Finding:
    return next(finding for finding in health.findings() if finding.name == name)


@pytest.fixture
def broken_database() -> Iterator[None]:
    def refuse(execute: Callable, sql: str, params: object, many: bool, context: object) -> None:
        raise OperationalError("unable to open database file")

    with connection.execute_wrapper(refuse):
        yield


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


def test_queues_are_counted() -> None:
    factories.InboundUpdateFactory(state=0)
    factories.DeliveryFactory()
    factories.DeliveryFactory(dead=True)
    factories.OutgoingMessageFactory()

    assert health.queues() == health.Queues(inbound=1, deliveries=1, outgoing=1, dead=1)


def test_findings_cost_nine_statements(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(9):
        health.findings()


def test_a_live_process_says_so_without_the_database(rf: RequestFactory, broken_database: None) -> None:
    response = live(rf.get("/health/live"))

    assert (response.status_code, json.loads(response.content)) == (200, {"status": "ok"})


def test_ready_is_200_with_every_finding(rf: RequestFactory) -> None:
    response = ready(rf.get("/health/ready"))

    told = json.loads(response.content)
    assert (response.status_code, told["status"]) == (200, "ok")
    assert [finding["name"] for finding in told["findings"]] == [finding.name for finding in health.findings()]


def test_ready_asks_for_attention_while_everything_vital_works(rf: RequestFactory) -> None:
    factories.DeliveryFactory(dead=True)

    response = ready(rf.get("/health/ready"))

    assert (response.status_code, json.loads(response.content)["status"]) == (200, "attention")


def test_ready_is_503_while_telegram_is_unreachable(rf: RequestFactory) -> None:
    health.note([Beat(POLLER, good=False, detail="ConnectError")])

    response = ready(rf.get("/health/ready"))

    assert (response.status_code, json.loads(response.content)["status"]) == (503, "down")


def test_ready_is_503_with_a_sentence_without_the_database(rf: RequestFactory, broken_database: None) -> None:
    response = ready(rf.get("/health/ready"))

    told = json.loads(response.content)
    assert response.status_code == 503
    assert told["findings"][0]["detail"].startswith("La base de datos no responde.")


def test_the_status_page_marks_what_is_wrong_and_looks_again_by_itself(admin_client: Client) -> None:
    health.note([Beat(POLLER, good=False, detail="ConnectError")])
    factories.DeliveryFactory(dead=True)

    shown = admin_client.get(reverse("admin:status"))

    page = shown.content.decode()
    assert page.count("✗ mal") == 1
    assert page.count("! atención") == 1
    assert page.count("✓ bien") == 8
    assert '<meta http-equiv="refresh" content="15">' in page
    assert "no-store" in shown["Cache-Control"]


def test_the_first_page_repeats_what_is_wrong(admin_client: Client) -> None:
    assert "Todo funciona." in admin_client.get(reverse("admin:index")).content.decode()
    health.note([Beat(POLLER, good=False, detail="ConnectError")])

    assert "El bot no llega a Telegram" in admin_client.get(reverse("admin:index")).content.decode()


def test_a_stranger_does_not_see_the_status_page(client: Client) -> None:
    assert client.get(reverse("admin:status")).status_code == 302


@pytest.mark.parametrize(("page", "statements"), [("admin:index", 21), ("admin:status", 18)])
def test_the_first_pages_cost_few_statements(  # type: ignore[no-untyped-def]
    admin_client: Client, django_assert_num_queries, page: str, statements: int
) -> None:
    factories.DeliveryFactory.create_batch(3, dead=True)
    admin_client.get(reverse(page))

    with django_assert_num_queries(statements):
        admin_client.get(reverse(page))
