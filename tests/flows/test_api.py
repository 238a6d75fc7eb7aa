"""The API of a real web process, as far as only HTTP itself shows it."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.calling import ORDER, WALLET
from tests.flows.conftest import BotProcess
from tests.flows.web import WebProcess

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]


@pytest.fixture
def web(bot_process: BotProcess, tmp_path: Path) -> Iterator[WebProcess]:
    """The web process."""
    process = WebProcess(bot_process, tmp_path).start()
    yield process
    process.end()


def test_a_body_in_chunks_is_taken_up_to_the_limit(web: WebProcess, bot_process: BotProcess) -> None:
    made = bot_process.manage("modulekey", "create", "shop", "gamification:write")
    headers = {"Authorization": f"Bearer {made.stdout.strip()}", "Content-Type": "application/json"}

    def status(*chunks: bytes) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=15)
        connection.request("POST", WALLET + "add/", iter(chunks), headers, encode_chunked=True)
        found = connection.getresponse().status
        connection.close()
        return found

    assert status(*(bytes([byte]) for byte in json.dumps(ORDER).encode())) == 200
    assert status(*[b" " * 10_000] * 100) == 413
