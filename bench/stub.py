"""A Bot API stub and its users in one process: it queues reactions and measures until the messages come.

Prints ``ready PORT``, ``polled`` (the bot asked for updates), ``started`` (the load runs) and one JSON line.
"""

import argparse
import asyncio
import gc
import resource
import socket
from typing import Any, cast

import orjson
import uvloop

from bench import wire
from bench.answers import Answers, UnknownMethod
from bench.load import IdleLoad, Load, Updates

SETTLE_SECONDS = 0.5
MAX_UPDATES = 100
MAX_POLL_SECONDS = 50.0


class Stub:
    """The server's state: what waits, who polls, what was sent."""

    def __init__(self) -> None:
        self.updates = Updates(on_new=self.wake_poller)
        self.answers = Answers()
        self.load: Load | None = None
        self.polled = asyncio.Event()
        self.confirmed_any = asyncio.Event()
        self._poller: tuple[asyncio.Transport, asyncio.TimerHandle, int] | None = None
        self._waking = False

    def answer(self, transport: asyncio.Transport, request: wire.Request) -> bytes:
        """Return the bytes to write now; none for a poll that waits."""
        if request.method == "sendmessage" and self.load is not None:
            self.load.message_received(int(request.parameters["chat_id"]))
        elif request.method == "getupdates":
            return self.poll(transport, request.parameters)
        try:
            return http(orjson.dumps({"ok": True, "result": self.answers.result(request.method, request.parameters)}))
        except UnknownMethod:
            return failure(404, "Not Found")

    def poll(self, transport: asyncio.Transport, parameters: dict[str, Any]) -> bytes:
        """Confirm, then answer with the earliest updates, or wait for some."""
        self.end_poll(failure(409, "Conflict: terminated by other getUpdates request"))
        self.polled.set()
        self.updates.confirm(int(parameters.get("offset") or 0))
        if self.updates.first > 1:
            self.confirmed_any.set()
        limit = min(int(parameters.get("limit") or MAX_UPDATES), MAX_UPDATES)
        timeout = min(float(parameters.get("timeout") or 0), MAX_POLL_SECONDS)
        ready = self.updates.earliest(limit)
        if ready or not timeout:
            return updates_answer(ready)
        timer = asyncio.get_running_loop().call_later(timeout, self.end_poll, updates_answer([]))
        self._poller = (transport, timer, limit)
        return b""

    def wake_poller(self) -> None:
        """Answer the waiting poll once, after everything that came in with this read."""
        if self._poller is not None and not self._waking:
            self._waking = True
            asyncio.get_running_loop().call_soon(self._answer_poller)

    def _answer_poller(self) -> None:
        self._waking = False
        if self._poller is not None:
            self.end_poll(updates_answer(self.updates.earliest(self._poller[2])))

    def end_poll(self, answer: bytes) -> None:
        if self._poller is not None:
            transport, timer, _ = self._poller
            self._poller = None
            timer.cancel()
            transport.write(answer)

    def forget(self, transport: asyncio.Transport) -> None:
        """Drop the poll of a connection that is gone."""
        if self._poller is not None and self._poller[0] is transport:
            self._poller[1].cancel()
            self._poller = None


class Connection(asyncio.Protocol):
    """One kept-alive connection; one write for all that one read brought."""

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self.stub.forget(self.transport)

    def data_received(self, data: bytes) -> None:
        data = self.rest + data if self.rest else data
        answers = []
        while data and (request := wire.parse(data)) is not None:
            data = data[request.size :]
            answers.append(self.stub.answer(self.transport, request))
        self.rest = data
        if answer := b"".join(answers):
            self.transport.write(answer)


def http(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def failure(code: int, description: str) -> bytes:
    body = {"ok": False, "error_code": code, "description": description}
    return http(orjson.dumps(body), b"%d Error" % code)


def updates_answer(updates: list[bytes]) -> bytes:
    return http(b'{"ok":true,"result":[%b]}' % b",".join(updates))


def say(line: str) -> None:
    print(line, flush=True)


async def run(stub: Stub, load: Load, deadline: float) -> None:
    """Wait for the bot, promote it, let the users react, and wait for the last message and late ones."""
    stub.load = load
    async with asyncio.timeout(deadline):
        await stub.polled.wait()
        say("polled")
        load.promote_bot()
        await stub.confirmed_any.wait()
        await asyncio.sleep(SETTLE_SECONDS)
        say("started")
        load.start()
        await load.finished.wait()
        say("finished")
        await asyncio.sleep(SETTLE_SECONDS)


async def main(options: argparse.Namespace) -> None:
    stub = Stub()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(stub), "127.0.0.1", options.port, backlog=2048
    )
    say(f"ready {server.sockets[0].getsockname()[1]}")
    load = (
        IdleLoad(stub.updates, reactions=options.reactions)
        if options.mode == "idle"
        else Load(stub.updates, users=options.users, rounds=options.rounds)
    )
    try:
        await run(stub, load, options.deadline)
    except TimeoutError:
        say("deadline")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = round(usage.ru_utime + usage.ru_stime, 3)
    say(orjson.dumps({"mode": options.mode, **load.report(), "stub_cpu_s": cpu}).decode())
    if options.linger:
        await asyncio.sleep(options.linger)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.stub", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=("load", "idle"), default="load")
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--reactions", type=int, default=200, help="of the idle mode")
    parser.add_argument("--deadline", type=float, default=120, help="seconds for the whole run")
    parser.add_argument("--linger", type=float, default=0, help="seconds to go on answering after the report")
    return parser.parse_args()


if __name__ == "__main__":
    gc.disable()  # nothing here grows in cycles, and a collection would show up in the latencies
    uvloop.run(main(parse_arguments()))
