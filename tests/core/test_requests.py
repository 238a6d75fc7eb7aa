"""What the web process notes of each request."""

import logging
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from yabot.core import correlation, requests
from yabot.core.metrics import Recorder
from yabot.core.requests import HEADER, RequestLog

CHAIN = "01a207b6-6117-7bb3-8605-d91c804b65fe"


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    fresh = Recorder()
    monkeypatch.setattr(requests, "record", fresh.record)
    return fresh


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "yabot.web")
    return caplog


def test_a_request_is_one_line_with_its_status(client: Client, lines: pytest.LogCaptureFixture) -> None:
    client.get("/sandbox/?token=secret")

    (record,) = [record for record in lines.records if record.name == "yabot.web"]
    assert record.getMessage().startswith("GET /sandbox/ 404 ")
    assert "secret" not in record.getMessage()
    assert (record.method, record.path, record.status) == ("GET", "/sandbox/", 404)  # type: ignore[attr-defined]


def test_probes_are_quiet_while_all_is_well(client: Client, lines: pytest.LogCaptureFixture) -> None:
    client.get("/health/live")

    assert [record for record in lines.records if record.name == "yabot.web"] == []


def test_a_path_cannot_begin_a_new_line(client: Client, lines: pytest.LogCaptureFixture) -> None:
    client.get("/no%0aINFO all is well")

    assert "\n" not in next(record for record in lines.records if record.name == "yabot.web").getMessage()


def test_a_caller_continues_its_own_chain(rf: RequestFactory) -> None:
    seen: list[UUID | None] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(correlation.known())
        return HttpResponse()

    answer = RequestLog(view)(rf.get("/", headers={HEADER: CHAIN}))

    assert seen == [UUID(CHAIN)]
    assert answer[HEADER] == CHAIN
    assert correlation.known() is None


@pytest.mark.parametrize("given", ["", "no uuid", "<script>", "1" * 5000])
def test_anything_else_begins_a_new_one(rf: RequestFactory, given: str) -> None:
    answer = RequestLog(lambda _: HttpResponse())(rf.get("/", headers={HEADER: given}))

    assert UUID(answer[HEADER]).version == 7


def test_requests_are_counted_by_their_route_and_not_their_path(client: Client, recorder: Recorder) -> None:
    client.get("/health/live")
    client.get("/media/a.png")
    client.get("/media/b.png")
    client.get("/no/such/page")
    client.generic("BREW", "/health/live")

    counted = {name: series.count for (kind, module, name), series in recorder.take()[0].items()}
    assert counted == {
        "GET /health/live": 1,
        "GET /media/<path:path>": 2,
        "GET (unknown)": 1,
        "OTHER /health/live": 1,
    }


def test_a_server_error_is_a_failure_and_a_refusal_is_not(rf: RequestFactory, recorder: Recorder) -> None:
    for status in (404, 503):
        RequestLog(lambda _, status=status: HttpResponse(status=status))(rf.get("/"))

    series, (sample,) = recorder.take()
    assert [one.failures for one in series.values()] == [1]
    assert sample.error == "HTTP 503"
    assert sample.chain is not None
