"""Log lines: for people or for machines, with the ids of what they are about, and never a secret."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from yabot.core import correlation
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.logs import Formatter
from yabot.core.redaction import RedactSecrets

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


class Log:
    """A logger of its own and what it has written."""

    def __init__(self, style: str) -> None:
        self._stream = io.StringIO()
        self._handler = logging.StreamHandler(self._stream)
        self._handler.setFormatter(Formatter(style))
        self._handler.addFilter(RedactSecrets())
        self.logger = logging.Logger(f"yabot.test.{style}")
        self.logger.addHandler(self._handler)

    @property
    def text(self) -> str:
        return self._stream.getvalue()


@pytest.fixture
def line() -> Iterator[Log]:
    return Log("line")


@pytest.fixture
def machine() -> Iterator[Log]:
    return Log("json")


def test_a_line_says_when_how_bad_where_and_what(line: Log) -> None:
    line.logger.warning("update %s is %s", 7, "late")

    when, rest = line.text.split(" ", 1)
    assert when.endswith("Z")
    assert rest == "WARNING yabot.test.line update 7 is late\n"


def test_a_line_names_the_chain_the_event_and_the_update(line: Log) -> None:
    trace = Trace(uuid7(), uuid7())
    with correlation.following(trace, update=42):
        line.logger.info("done")
    line.logger.info("alone")

    inside, outside = line.text.splitlines()
    assert inside.endswith(f"done correlation_id={trace.correlation_id} event_id={trace.event_id} update_id=42")
    assert outside.endswith("alone")


def test_json_has_a_field_for_everything(machine: Log) -> None:
    trace = Trace(uuid7())
    with correlation.following(trace):
        machine.logger.info("GET %s", "/a", extra={"status": 200, "ms": 1.5, "odd": object})

    told = json.loads(machine.text)
    assert (told["event"], told["level"], told["logger"]) == ("GET /a", "info", "yabot.test.json")
    assert (told["status"], told["ms"], told["correlation_id"]) == (200, 1.5, str(trace.correlation_id))


@pytest.mark.parametrize("style", ["line", "json"])
def test_secrets_are_redacted_wherever_they_are(style: str) -> None:
    log = Log(style)
    try:
        raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError:
        log.logger.exception("with %s", TOKEN, extra={"url": f"bot{TOKEN}"})
    log.logger.warning(f"in words {TOKEN}")

    assert TOKEN not in log.text
    assert log.text.count("<token>") >= 3 if style == "json" else log.text.count("<token>") >= 2
    assert "ValueError" in log.text


def test_json_is_one_line_even_for_a_traceback(machine: Log) -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        machine.logger.exception("broken\nin two")

    (only,) = machine.text.splitlines()
    assert "ZeroDivisionError" in json.loads(only)["exception"]


def test_a_traceback_follows_its_line(line: Log) -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        line.logger.exception("broken")

    first, *rest = line.text.splitlines()
    assert first.endswith("ERROR yabot.test.line broken")
    assert rest[0] == "Traceback (most recent call last):"


def test_nothing_is_loaded_before_the_first_line() -> None:
    import subprocess

    program = (
        "import sys; from yabot.core.logs import Formatter; Formatter('line'); "
        "assert 'structlog' not in sys.modules; Formatter('line').prepare(); assert 'structlog' in sys.modules"
    )

    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0
