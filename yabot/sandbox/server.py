"""Running the sandbox: alone in a process, or in a thread inside a test."""

import asyncio
import contextlib
import secrets
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from yabot.sandbox.client import SandboxClient
from yabot.sandbox.http.dispatch import Dispatch
from yabot.sandbox.http.reading import MAX_BODY
from yabot.sandbox.people.settling import load_world
from yabot.sandbox.state import keep_saving, load_state, save_state
from yabot.sandbox.telegram import DEMO_TOKEN, Telegram
from yabot.sandbox.webhook import deliver_updates
from yabot.sandbox.wire import JSON

HOST = "127.0.0.1"
GOODBYE_SECONDS = 0.1


class PortUnavailable(Exception):
    """Somebody else listens on the port, or it may not be used."""


@contextlib.asynccontextmanager
async def serving(
    tg: Telegram, *, control_token: str, port: int = 0, state: Path | None = None, world: str | JSON | None = None
) -> AsyncIterator[int]:
    """Serve on loopback and tell the port. A world is loaded only when the state brought none."""
    if not (state and load_state(tg, state)) and world:
        load_world(tg, world)
    server = web.Server(Dispatch(tg, control_token), request_factory=_request, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=GOODBYE_SECONDS)
    await runner.setup()
    tasks = [asyncio.create_task(deliver_updates(tg))]
    try:
        await _listen(runner, port)
        if state:
            tasks.append(asyncio.create_task(keep_saving(tg, state)))
        yield int(runner.addresses[0][1])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await runner.cleanup()
        if state:
            save_state(tg, state)


async def _listen(runner: web.ServerRunner, port: int) -> None:
    try:
        await web.TCPSite(runner, HOST, port, backlog=1024).start()
    except OSError as problem:
        raise PortUnavailable(f"Port {port} cannot be used: {problem.strerror}.") from problem


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)


class SandboxServer:
    """A sandbox in a thread of this process, as a context manager.

    ``url`` is the page's root, ``api_url`` and ``file_url`` are what a bot takes as ``base_url`` and
    ``base_file_url``, and ``client`` makes people act.
    """

    def __init__(
        self,
        token: str = DEMO_TOKEN,
        control_token: str | None = None,
        port: int = 0,
        state: str | Path | None = None,
        world: str | JSON | None = None,
        reaction_delay: float = 0.05,
    ) -> None:
        self.token = token
        self.control_token = control_token or secrets.token_urlsafe(16)
        self.port = port
        self._state = Path(state) if state else None
        self._world = world
        self._reaction_delay = reaction_delay
        self._ready = threading.Event()
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """The ``base_url`` of a bot."""
        return f"{self.url}/bot"

    @property
    def file_url(self) -> str:
        """The ``base_file_url`` of a bot."""
        return f"{self.url}/file/bot"

    @property
    def page_url(self) -> str:
        """The chat page."""
        return f"{self.url}/sandbox/"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._problem:
            raise self._problem
        self.client = SandboxClient(self.url, self.control_token)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        if self._loop and self._stop:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=60)  # it writes its state to the disk

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as problem:  # noqa: BLE001 - handed to the thread that waits for the start
            self._problem = problem
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tg = Telegram(self.token, reaction_delay=self._reaction_delay)
        settings = {"control_token": self.control_token, "port": self.port, "state": self._state, "world": self._world}
        async with serving(tg, **settings) as self.port:  # type: ignore[arg-type]
            self._ready.set()
            await self._stop.wait()
