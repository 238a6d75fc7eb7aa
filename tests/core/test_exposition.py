"""What Prometheus reads, and who may read it."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.core.test_measuring import JOB, SEND, Process
from tests.factories import core as factories
from tests.factories.keys import bearer
from yabot.core import health, keys
from yabot.core.api.throttling import MOST_REFUSED
from yabot.core.health import LEDGER, POLLER, Beat
from yabot.core.models import ModuleKey

pytestmark = pytest.mark.django_db
TOKEN = "a-token-for-prometheus-0123456789-abcdefg"


def exposed(client: Client) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of the labels' names."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_operations_of_every_process_are_counted_together(client: Client) -> None:
    for role in ("bot", "web"):
        Process(role).do(ms=3).do(ms=40, items=5).do(ms=1, error="403").flush()

    found = exposed(client)

    assert found["yabot_operations_total", *SEND, "ok"] == 4
    assert found["yabot_operations_total", *SEND, "failed"] == 2
    assert found["yabot_operation_items_total", *SEND] == 14
    assert found["yabot_operation_seconds_bucket", "send", "0.005", "core", "sendMessage"] == 4
    assert found["yabot_operation_seconds_bucket", "send", "+Inf", "core", "sendMessage"] == 6
    assert found["yabot_operation_seconds_count", *SEND] == 6
    assert found["yabot_operation_seconds_sum", *SEND] == pytest.approx(0.088)


def test_queues_and_dead_letters_are_told_with_their_ages(client: Client) -> None:
    factories.InboundUpdateFactory(state=0)
    factories.DeliveryFactory(dead=True)
    factories.OutgoingMessageFactory(unknown=True)

    found = exposed(client)

    assert found["yabot_queue_depth", "inbound"] == 1
    assert found["yabot_queue_depth", "dead"] == 1
    assert found["yabot_queue_oldest_seconds", "inbound"] >= 0
    assert found["yabot_messages_undecided",] == 1


def test_the_proof_of_the_ledger_and_the_beats_are_told(client: Client) -> None:
    health.note([Beat(LEDGER, good=False, detail="2 accounts"), Beat(POLLER, good=True)])
    run = factories.JobRunFactory(job=JOB.name)

    found = exposed(client)

    assert found["yabot_health", LEDGER] == 0
    assert found["yabot_ready",] == 0
    assert found["yabot_health", POLLER] == 1
    assert found["yabot_heartbeat_good_timestamp_seconds", POLLER] > 0
    assert found["yabot_job_last_start_timestamp_seconds", JOB.name] == run.started_at.timestamp()


def test_each_process_tells_its_memory(client: Client) -> None:
    process = Process("bot").flush()

    assert exposed(client)["yabot_process_resident_memory_bytes", process.writer.process, "bot"] > 1_000_000
    assert exposed(client)["process_resident_memory_bytes",] > 1_000_000


def test_a_neighbour_may_read_and_a_stranger_may_not(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.METRICS_NETWORKS = ["10.0.0.0/8"]

    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    for stranger in ("127.0.0.1", "::1", "11.0.0.1", ""):
        assert client.get("/metrics", REMOTE_ADDR=stranger).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_whoever_comes_through_a_proxy_is_no_neighbour(client: Client, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 401


def test_the_token_opens_from_anywhere(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.METRICS_TOKEN = TOKEN
    far = {"X-Forwarded-For": "9.9.9.9"}

    assert client.get("/metrics", headers={**far, "Authorization": f"Bearer {TOKEN}"}).status_code == 200
    for wrong in (f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, "Bearer ", ""):
        assert client.get("/metrics", headers={**far, "Authorization": wrong}).status_code == 401


def test_without_a_token_no_token_opens(client: Client) -> None:
    far = {"X-Forwarded-For": "9.9.9.9"}

    assert client.get("/metrics", headers={**far, "Authorization": "Bearer "}).status_code == 401


def test_a_key_with_the_right_opens_from_anywhere(client: Client) -> None:
    far = {"X-Forwarded-For": "9.9.9.9"}

    assert client.get("/metrics", headers=far | bearer("core:metrics")).status_code == 200


@pytest.mark.parametrize("right", [right for right in keys.RIGHTS if right != "core:metrics"])
def test_no_other_right_opens_it(client: Client, right: str) -> None:
    answer = client.get("/metrics", headers={"X-Forwarded-For": "9.9.9.9"} | bearer(right))

    assert (answer.status_code, answer.content.split()[0]) == (403, b"AUTH004")


def test_a_key_of_one_reader_measures_nobody(client: Client) -> None:
    headers = {"X-Forwarded-For": "9.9.9.9"} | bearer("core:metrics", user_id=1)

    assert client.get("/metrics", headers=headers).status_code == 403


def test_a_key_that_ended_is_told_why_and_how_to_come_in(client: Client) -> None:
    headers = {"X-Forwarded-For": "9.9.9.9"} | bearer("core:metrics")
    keys.revoke(ModuleKey.objects.get().pk)

    answer = client.get("/metrics", headers=headers)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="yabot"')
    assert answer.content.decode() == (
        "AUTH005 This key was withdrawn.\n/metrics needs a key with core:metrics, or METRICS_TOKEN, from here.\n"
    )


def test_metrics_are_only_read(client: Client) -> None:
    assert client.post("/metrics").status_code == 405


def test_many_wrong_keys_from_one_address_wait(client: Client, settings: Any) -> None:
    cache.clear()
    settings.METRICS_NETWORKS = []
    wrong = {"Authorization": "Bearer yk_000000000000_nothing"}

    with time_machine.travel(datetime(2026, 11, 24, 12, 0, tzinfo=UTC), tick=False):
        answers = [client.get("/metrics", headers=wrong) for _ in range(MOST_REFUSED + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {401}
    assert (answers[-1].status_code, answers[-1]["Retry-After"]) == (429, "60")
