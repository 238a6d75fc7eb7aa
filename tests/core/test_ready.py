"""What whoever watches gets: alive, ready, and no more work than every ten seconds."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client, RequestFactory
from django.utils.translation import override

from tests import engine, mongodb
from tests.factories import core as factories
from yabot.core import health, snapshot
from yabot.core.api.health import live, ready
from yabot.core.health import POLLER, Beat

pytestmark = pytest.mark.django_db


@contextmanager
def answering_with(error: Exception) -> Iterator[None]:
    """Have every SQL statement answered with an error."""

    def refuse(execute: Callable, sql: str, params: object, many: bool, context: object) -> None:
        raise error

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def broken_database() -> Iterator[None]:
    is_mongodb = connection.vendor == "mongodb"
    with mongodb.away() if is_mongodb else answering_with(OperationalError("unable to open database file")):
        yield


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


def test_a_storm_of_probes_asks_the_database_once(rf: RequestFactory, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    ready(rf.get("/health/ready"))

    with django_assert_num_queries(0):
        for _ in range(50):
            assert ready(rf.get("/health/ready")).status_code == 200


def test_ready_looks_again_after_ten_seconds(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(rf.get("/health/ready"))
    health.note([Beat(POLLER, good=False, detail="ConnectError")])
    assert ready(rf.get("/health/ready")).status_code == 200

    later = time.monotonic() + snapshot.FRESH_SECONDS
    monkeypatch.setattr(snapshot.time, "monotonic", lambda: later)

    assert ready(rf.get("/health/ready")).status_code == 503


def test_a_storm_of_probes_on_many_threads_looks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(health, "findings", lambda: looks.append(1) or [])  # type: ignore[func-returns-value]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: snapshot.latest(), range(200)))

    assert len(looks) == 1


def test_each_reader_is_told_in_their_language(client: Client) -> None:
    def told_in(language: str) -> str:
        answer = client.get("/health/ready", headers={"accept-language": language}).json()
        return str(answer["findings"][0]["detail"])

    with override("es"):
        told = {language: told_in(language) for language in ("es", "en", "es")}

    assert told["es"] == "Responde."
    assert told["en"] != "Responde."


def test_ready_is_503_while_telegram_is_unreachable(rf: RequestFactory) -> None:
    health.note([Beat(POLLER, good=False, detail="ConnectError")])

    response = ready(rf.get("/health/ready"))

    assert (response.status_code, json.loads(response.content)["status"]) == (503, "down")


@engine.sql_only
def test_a_database_that_refuses_what_it_is_asked_is_not_called_away(rf: RequestFactory) -> None:
    with answering_with(ProgrammingError("syntax error")), pytest.raises(ProgrammingError):
        ready(rf.get("/health/ready"))


def test_ready_is_503_with_a_sentence_without_the_database(rf: RequestFactory, broken_database: None) -> None:
    response = ready(rf.get("/health/ready"))

    told = json.loads(response.content)
    assert response.status_code == 503
    assert told["findings"][0]["detail"].startswith("La base de datos no responde.")
