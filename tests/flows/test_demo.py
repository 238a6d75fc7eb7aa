"""``manage.py demo`` as a newcomer runs it: real processes, a folder of its own."""

import contextlib
import fcntl
import http.cookiejar
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]


class Demo:
    """One run of the command; its output is read as it comes."""

    def __init__(self, folder: Path, *command: str, **variables: str) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self.folder = folder / "demo"
        environment = {**os.environ, "VAR_DIR": str(folder), **variables}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", *(command or ["demo"])],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self.lines.append("(end)\n")
            self._news.notify_all()

    @property
    def output(self) -> str:
        """Everything said so far."""
        return "".join(self.lines)

    def wait_for(self, words: str, seconds: float = 60) -> "Demo":
        """Return when it has said this."""
        with self._news:
            said = self._news.wait_for(lambda: words in self.output or "(end)" in self.output, seconds)
        assert said and words in self.output, self.output
        return self

    def address(self, word: str) -> str:
        """The address printed beside a word."""
        found = re.search(rf"^  {word} +(http\S+)$", self.output, re.MULTILINE)
        assert found, self.output
        return found[1]

    def processes(self) -> list[psutil.Process]:
        """The demo's children."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it as a person or the system does; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(12)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that no demo works in any more when the test is over. One test at a time: they want the same ports."""
    with (Path(tempfile.gettempdir()) / "yabot-demo-tests.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield tmp_path
        end_everything_in(tmp_path)


def end_everything_in(tmp_path: Path) -> None:
    """Whatever a failed test left running there."""
    for process in psutil.process_iter(["environ"]):
        if (process.info["environ"] or {}).get("VAR_DIR", "").startswith(str(tmp_path)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def status(address: str) -> int:
    """How a page answers."""
    try:
        with urlopen(address, timeout=30) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def may_log_in(admin: str, password: str) -> bool:
    """Whether ``admin`` gets into the back office with this password."""
    browser = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(f"{admin}login/", timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    form = urlencode({"username": "admin", "password": password, "csrfmiddlewaretoken": token[1], "next": "/admin/"})
    answer = browser.open(Request(f"{admin}login/", form.encode(), {"Referer": admin}), timeout=10)
    return answer.url == admin


def test_everything_it_prints_can_be_opened_and_ctrl_c_ends_it(folder):
    demo = Demo(folder).wait_for("Ctrl-C")
    children = demo.processes()
    password = re.search(r"admin / (\S+)", demo.output)

    assert status(demo.address("Chat")) == 200
    assert status(demo.address("Inicio")) == 200
    assert status(demo.address("Inicio") + "health/ready") == 200
    assert password and may_log_in(demo.address("Admin"), password[1])

    assert demo.end() == 0
    demo.wait_for("Everything has stopped")
    assert len(children) >= 3
    assert not any(child.is_running() for child in children)


def test_an_occupied_port_is_said_and_another_taken(folder):
    with contextlib.closing(socket.socket()) as occupant:
        occupant.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody else sits there already, which is as good
            occupant.bind(("127.0.0.1", 8000))
            occupant.listen()
        demo = Demo(folder).wait_for("Ctrl-C")

    assert "Port 8000 is occupied; using " in demo.output
    assert ":8000/" not in demo.address("Inicio")
    assert status(demo.address("Inicio")) == 200
    assert demo.end(signal.SIGTERM) == 0


def test_running_it_again_keeps_the_data(folder):
    first = Demo(folder).wait_for("Ctrl-C")
    assert first.end() == 0
    with contextlib.closing(sqlite3.connect(first.folder / "yabot.sqlite3")) as database, database:
        database.execute("UPDATE narrative_hint SET title_es = 'Mi título' WHERE key = 'demo-la-vela'")

    second = Demo(folder).wait_for("Ctrl-C")
    assert second.end() == 0

    with contextlib.closing(sqlite3.connect(second.folder / "yabot.sqlite3")) as database:
        titles = [title for (title,) in database.execute("SELECT title_es FROM narrative_hint")]
        posts = database.execute("SELECT count(*) FROM core_outgoingmessage WHERE key = 'heartpost:demo-1'").fetchone()
    assert len(titles) == 12 and "Mi título" in titles
    assert posts == (1,)
    passwords = [re.search(r"admin / (\S+)", demo.output) for demo in (first, second)]
    assert passwords[0] and passwords[1] and passwords[0][1] == passwords[1][1]


def test_a_part_that_dies_is_started_again_with_a_word(folder):
    demo = Demo(folder).wait_for("Ctrl-C")
    (web,) = [child for child in demo.processes() if "uvicorn" in child.cmdline()]

    web.kill()

    demo.wait_for("web is back")
    assert "web ended with code -9" in demo.output
    assert status(demo.address("Inicio")) == 200
    assert demo.end() == 0


def test_a_second_demo_in_the_same_place_is_refused(folder):
    first = Demo(folder).wait_for("Preparing")

    second = Demo(folder)

    assert second.process.wait(60) == 2
    second.wait_for("already running")
    assert first.end() == 0


def test_what_goes_wrong_at_the_start_ends_it_with_its_last_words(folder):
    demo = Demo(folder, SEND_RATE="fast")

    assert demo.process.wait(60) == 1
    demo.wait_for("SEND_RATE must be a number")
    assert "Traceback" not in demo.output


def test_a_demo_that_is_killed_takes_its_processes_along(folder):
    demo = Demo(folder).wait_for("Ctrl-C")
    children = demo.processes()

    demo.process.kill()

    _gone, alive = psutil.wait_procs(children, timeout=12)
    assert alive == []


def test_running_for_real_needs_a_token(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "TELEGRAM_TOKEN": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("TELEGRAM_TOKEN is not set.")
