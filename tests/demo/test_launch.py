"""What the commands do around their processes."""

import contextlib
import os
import re
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import call_command

from yabot.demo import launch, places, sockets
from yabot.demo.children import Child, ChildFailed
from yabot.demo.launch import Launch, StepFailed, Stopped
from yabot.demo.management.commands import demo
from yabot.demo.places import AlreadyRunning
from yabot.demo.sockets import NoFreePort
from yabot.sandbox.telegram import DEMO_TOKEN

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def occupied() -> int:
    """A port somebody listens on."""
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def _signals():
    """The process's signal handlers, back in their place after the test."""
    before = {number: signal.getsignal(number) for number in (*launch.ENDING, signal.SIGALRM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_wanted_port_is_taken_when_it_is_free(occupied):
    port = sockets.free_port(occupied)

    assert port > occupied
    assert sockets.free_port(port) == port


def test_two_servers_never_get_the_same_port(occupied):
    first = sockets.free_port(occupied)

    assert sockets.free_port(first, besides=frozenset({first})) > first


def test_without_any_free_port_it_says_so(occupied):
    with pytest.raises(NoFreePort, match=f"no port from {occupied} on"):
        sockets.free_port(occupied, besides=frozenset(range(occupied, occupied + 200)))


def test_a_folder_belongs_to_one_run_at_a_time(tmp_path):
    with places.take(tmp_path / "new"), pytest.raises(AlreadyRunning):
        places.take(tmp_path / "new")

    places.take(tmp_path / "new").close()


def test_a_path_is_shown_short_from_where_the_person_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert places.shown(tmp_path / "var" / "demo") == "var/demo"
    assert places.shown(Path("/elsewhere")) == "/elsewhere"


def test_the_demo_sees_nothing_of_a_real_bots_settings(settings, monkeypatch, tmp_path):
    settings.VAR_DIR = tmp_path
    monkeypatch.setenv("TELEGRAM_TOKEN", "123456:a-real-token-that-must-not-be-used")
    monkeypatch.setenv("HTTPS", "1")

    environment = demo.demo_environment(8000, 8081)

    assert environment["TELEGRAM_TOKEN"] == DEMO_TOKEN
    assert environment["TELEGRAM_API_URL"] == "http://127.0.0.1:8081/bot"
    assert environment["VAR_DIR"] == str(tmp_path / "demo")
    assert (environment["HTTPS"], environment["DATABASE_URL"], environment["DEBUG"]) == ("0", "", "1")


def test_a_step_that_fails_says_what_it_said(tmp_path):
    start = Launch(ROOT, tmp_path, {**os.environ, "VAR_DIR": str(tmp_path)}, print)

    with pytest.raises(StepFailed, match="Unknown command: 'nosuchcommand'"):
        start.manage("nosuchcommand")

    assert "Unknown command" in (tmp_path / "nosuchcommand.log").read_text()


def test_nobody_answers_where_nobody_listens():
    assert not launch.answers(f"http://127.0.0.1:{sockets.free_port(20_000)}/")


def test_each_part_has_its_own_log_and_place(tmp_path):
    start = Launch(ROOT, tmp_path, {}, print)

    parts = [start.sandbox(8081), start.bot(), start.web(8000)]

    assert [part.log.name for part in parts] == ["sandbox.log", "bot.log", "web.log"]
    assert all(part.folder == ROOT for part in parts)
    assert parts[1].is_ready("runbot ready @Lucien") and not parts[1].is_ready("starting")
    assert not parts[2].is_ready("Uvicorn running on") and not parts[2].is_ready("")


@pytest.mark.usefixtures("_signals")
def test_children_are_ended_when_a_signal_comes(tmp_path):
    program = "import time; print('ready', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", program]
    child = Child("part", command, os.environ, tmp_path / "log", lambda said: "ready" in said, tmp_path)
    said: list[str] = []

    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    code = launch.guarded(lambda: launch.run([child], said.append, interrupt), said.append, said.append)

    assert code == 0
    assert not child.is_running
    assert said == ["Starting part …", "Everything has stopped. The data is kept for the next time."]


@pytest.mark.usefixtures("_signals")
def test_a_child_that_fails_is_reported_with_its_log(tmp_path):
    child = Child("part", [sys.executable, "-c", "print('broken')"], os.environ, tmp_path / "x.log", bool, tmp_path)
    child.is_ready = lambda said: False
    said: list[str] = []

    code = launch.guarded(lambda: launch.run([child], said.append, print), said.append, said.append)

    assert code == 1
    assert said[-1].startswith("part ended with code 0. Its last lines (")
    assert said[-1].endswith("x.log):\nbroken")


@pytest.mark.usefixtures("_signals")
def test_a_failed_step_is_reported_in_one_go():
    said: list[str] = []

    def fail() -> None:
        raise StepFailed("`manage.py migrate` failed:\nwhy")

    assert launch.guarded(fail, said.append, said.append) == 1
    assert said == ["`manage.py migrate` failed:\nwhy"]


def test_steps_are_told_with_their_seconds():
    said: list[str] = []

    launch.progress(said.append)("Preparing …")

    assert len(said) == 1
    assert re.fullmatch(r"\[ *\d+\.\d s\] Preparing …", said[0])


def test_running_for_real_ends_without_a_token(settings, capsys):
    settings.TELEGRAM_TOKEN = ""

    with pytest.raises(SystemExit) as ended:
        call_command("run")

    assert ended.value.code == 2


@pytest.mark.parametrize(("command", "folder"), [("run", "."), ("demo", "demo")])
def test_a_place_that_is_taken_is_refused(settings, tmp_path, command, folder):
    settings.VAR_DIR, settings.TELEGRAM_TOKEN = tmp_path, "123456:token"

    with places.take(tmp_path / folder), pytest.raises(SystemExit) as ended:
        call_command(command)

    assert ended.value.code == 2


class Played(Launch):
    """A launch that only notes what it was asked."""

    asked: list[tuple[str, ...]] = []

    def manage(self, *arguments: str) -> None:
        self.asked.append(arguments)


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize(("command", "parts"), [("run", ["bot", "web"]), ("demo", ["sandbox", "bot", "web"])])
def test_a_command_prepares_before_it_starts_anything(settings, tmp_path, monkeypatch, command, parts):
    settings.VAR_DIR, settings.TELEGRAM_TOKEN = tmp_path, "123456:token"
    (tmp_path / "demo").mkdir()
    for folder in (tmp_path, tmp_path / "demo"):
        (folder / launch.LOGIN_FILE).write_text("secret\n")
    Played.asked.clear()
    started: list[str] = []

    def run(children, tell, ready):
        started.extend(child.name for child in children)
        ready()
        raise Stopped

    monkeypatch.setattr(launch, "Launch", Played)
    monkeypatch.setattr(launch, "run", run)
    with pytest.raises(SystemExit) as ended:
        call_command(command)

    assert ended.value.code == 0
    assert [arguments[0] for arguments in Played.asked] == ["migrate", "loaddemo"]
    assert started == parts


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize(("words", "starts"), [("Address already in use", 3), ("no such table", 1)])
def test_other_ports_are_tried_when_somebody_was_quicker(settings, tmp_path, monkeypatch, words, starts):
    settings.VAR_DIR = tmp_path
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "web.log").write_text(words)
    started: list[str] = []

    def run(children, tell, ready):
        started.append("once")
        raise ChildFailed(children[-1])

    monkeypatch.setattr(launch, "Launch", Played)
    monkeypatch.setattr(launch, "run", run)
    with pytest.raises(SystemExit) as ended:
        call_command("demo")

    assert ended.value.code == 1
    assert len(started) == starts


@pytest.mark.usefixtures("_signals")
def test_a_signal_that_python_swallows_is_heard_a_second_later():
    class Cleared:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            sum(range(1000))

    def work() -> None:
        sys.unraisablehook, before = (lambda _: None), sys.unraisablehook
        Cleared()
        sys.unraisablehook = before
        threading.Event().wait(5)
        raise AssertionError("nobody stopped it")

    assert launch.guarded(work, print, print) == 0


def test_a_failure_keeps_what_was_last_said(tmp_path):
    (tmp_path / "log").write_text("a\nb\n")
    child = Child("part", [], {}, tmp_path / "log", bool, tmp_path)

    failure = ChildFailed(child)

    assert (failure.name, failure.last_lines) == ("part", "a\nb")
