"""What ``manage.py demo`` and ``manage.py run`` do: prepare, start everything, watch it, end it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from urllib.error import URLError
from urllib.request import urlopen

from yabot.demo import postgres, servers, sockets
from yabot.demo.children import Child, ChildFailed, stop_all, watch
from yabot.demo.places import shown
from yabot.demo.sockets import HOST

LOGIN_FILE = "admin-password.txt"
ANOTHER_POLLER = "Another process polls"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody pressed Ctrl-C, or the system asks to end."""


class StepFailed(Exception):
    """A step of the preparation failed; the text is what it said."""


@dataclass(frozen=True)
class Launch:
    """One run: where it keeps its things, what its processes see, and who is told."""

    root: Path
    folder: Path
    environment: Mapping[str, str]
    tell: Callable[[str], None]

    def manage(self, *arguments: str) -> None:
        """Run a management command to its end. Raises StepFailed with what it said."""
        done = subprocess.run(  # noqa: S603 - our own commands
            self._manage(*arguments),
            cwd=self.root,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        (self.folder / f"{arguments[0]}.log").write_text(done.stdout)
        if done.returncode:
            raise StepFailed(f"`manage.py {arguments[0]}` failed:\n{_last(done.stdout)}")

    def sandbox(self, port: int) -> Child:
        """The simulated Telegram, with its chat page."""
        state = str(self.folder / "sandbox.json")
        command = self._manage("sandbox", "--port", str(port), "--world", "demo", "--state", state)
        page = f"http://{HOST}:{port}/sandbox/"
        return self._child("sandbox", command, lambda output: "sandbox ready" in output and answers(page))

    def bot(self) -> Child:
        """The bot. One that was killed leaves its lease behind for some seconds: worth a few tries."""
        ready = "runbot ready"
        return self._child("bot", self._manage("runbot"), lambda output: ready in output, again_after=ANOTHER_POLLER)

    def web(self, port: int) -> Child:
        """The web process: start page, admin, health."""
        address = ["--host", HOST, "--port", str(port)]
        command = [sys.executable, "-m", "uvicorn", "yabot.asgi:application", *address]
        command += ["--timeout-graceful-shutdown", "3", "--no-server-header", "--no-access-log"]
        page = f"http://{HOST}:{port}/health/live"
        return self._child("web", command, lambda output: "running on" in output and answers(page))

    def worker(self, number: int) -> Child:
        """A Celery worker; it ends its own processes in order."""
        name = f"worker{number}"
        command = [*self._celery("worker"), "--hostname", f"{name}@%h"]
        return self._child(name, command, lambda output: " ready." in output, ends_its_own=True)

    def beat(self) -> Child:
        """What has the periodic jobs begun."""
        return self._child("beat", self._celery("beat"), lambda output: "beat: Starting" in output)

    def valkey(self, port: int) -> Child:
        """A Valkey, which speaks as Redis does."""
        command = servers.valkey_command(self.folder / "valkey", port)
        return self._child("valkey", command, lambda output: servers.answers_ping(port))

    def postgres(self) -> Child:
        """A PostgreSQL; its address is in what it says."""
        command = [sys.executable, "-m", "yabot.demo.postgres", str(self.folder / "postgres")]
        return self._child("postgres", command, lambda output: postgres.READY in output, ends_its_own=True)

    def mongodb(self, port: int) -> Child:
        """A server that speaks MongoDB's protocol."""
        command = servers.mongodb_command(self.folder / "mongodb", port)
        return self._child("mongodb", command, lambda output: sockets.is_answered(port))

    def _celery(self, what: str) -> list[str]:
        return [sys.executable, "-m", "celery", "-A", "yabot", what]

    def _child(self, name: str, command: Sequence[str], is_ready: Callable[[str], bool], **more: Any) -> Child:
        log = self.folder / f"{name}.log"
        return Child(name, command, self.environment, log, is_ready, self.root, **more)

    def _manage(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "manage.py"), *arguments]


def answers(address: str) -> bool:
    """Whether a server answers there with 200."""
    try:
        with urlopen(address, timeout=2) as answer:  # noqa: S310 - our own processes on the loopback
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def begin(children: Sequence[Child], tell: Callable[[str], None]) -> None:
    """Start the children, each when the one before is ready. Whoever calls ends them, whatever happens."""
    for child in children:
        tell(f"Starting {child.name} …")
        child.start()
        child.wait_ready()


def end(children: Sequence[Child]) -> None:
    """End the children that were started, undisturbed."""
    _listen(signal.SIG_IGN)
    stop_all(children)
    _listen(_stop)


def run(
    children: Sequence[Child],
    tell: Callable[[str], None],
    ready: Callable[[], None],
    *,
    servers: Sequence[Child] = (),
) -> NoReturn:
    """Start the children, watch them and the servers that run already; whatever happens, end the children."""
    try:
        begin(children, tell)
        ready()
        watch([*servers, *children], tell)
    finally:
        end(children)


def guarded(work: Callable[[], None], say_error: Callable[[str], None], tell: Callable[[str], None]) -> int:
    """Do the work until a signal asks to end (0) or a part fails (1); the exit code."""
    _listen(_stop)
    try:
        work()
    except Stopped:
        tell("Everything has stopped. The data is kept for the next time.")
        return 0
    except StepFailed as failure:
        say_error(str(failure))
    except ChildFailed as failure:
        say_error(f"{failure}. Its last lines ({shown(failure.log)}):\n{failure.last_lines}")
    finally:
        _listen(signal.SIG_IGN)
    return 1


def _listen(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    signal.alarm(0)
    for number in (*ENDING, signal.SIGALRM):
        signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    """End. Python swallows what is raised while it happens to be clearing up an object: then once more in a second."""
    signal.alarm(1)
    raise Stopped


def progress(write: Callable[[str], object]) -> Callable[[str], None]:
    """A function that tells each step with the seconds since the start."""
    begun = time.monotonic()

    def tell(sentence: str) -> None:
        write(f"[{time.monotonic() - begun:4.1f} s] {sentence}")

    return tell


def inherited(**changes: str) -> dict[str, str]:
    """This process's environment with changes."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **changes}


def _last(output: str, count: int = 15) -> str:
    return "\n".join(output.splitlines()[-count:])
