"""``manage.py sandbox``: a process of its own that starts only where it belongs."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from yabot.sandbox.telegram import DEMO_TOKEN

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def launch():
    running = []

    def start(*arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "sandbox", *arguments],
            cwd=ROOT,
            env={**os.environ, "DEBUG": "1", "TELEGRAM_TOKEN": "", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_it_says_when_it_is_ready_and_leaves_on_a_signal(launch, tmp_path):
    process = launch("--port", "0", "--world", "demo", "--state", str(tmp_path / "world.json"))

    ready = process.stdout.readline()
    with socket.create_connection(("127.0.0.1", urlsplit(ready.split()[-1]).port)) as poller:
        poller.sendall(f"GET /bot{DEMO_TOKEN}/getUpdates?offset=-1&timeout=50 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=30) == 0
    assert ready.startswith("sandbox ready http://127.0.0.1:")
    assert (tmp_path / "world.json").stat().st_size > 0


def test_a_taken_port_is_one_clear_sentence(launch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = launch("--port", str(taken.getsockname()[1]))
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 2
    assert errors.count("\n") == 1
    assert "cannot be used" in errors


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"DEBUG": "0"}, "only with DEBUG on"),
        ({"TELEGRAM_TOKEN": "123456789:AAreal-looking-token"}, "stays away from real bots"),
    ],
)
def test_it_does_not_start_in_real_life(launch, environment, reason):
    _, errors = launch("--port", "0", **environment).communicate(timeout=60)

    assert reason in errors
