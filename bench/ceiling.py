"""A bot that does nothing but answer: shows how many reactions a second the stub can carry.

``python -m bench.ceiling --port PORT`` against a running ``python -m bench.stub``.
"""

import argparse
import asyncio
from collections import deque
from typing import cast

import orjson
import uvloop

CONNECTIONS = 32


def request(method: str, body: bytes) -> bytes:
    head = b"POST /bot1:x/%b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
    return head % (method.encode(), len(body), body)


class Sender(asyncio.Protocol):
    """A connection that sends the next waiting message when its last one was answered."""

    def __init__(self, waiting: deque[int], free: "list[Sender]") -> None:
        self.waiting, self.free = waiting, free

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.free.append(self)

    def data_received(self, data: bytes) -> None:
        self.send_next()

    def send_next(self) -> None:
        if not self.waiting:
            self.free.append(self)
            return
        body = b'{"chat_id":%d,"text":"Pista desbloqueada"}' % self.waiting.popleft()
        self.transport.write(request("sendMessage", body))


async def poll(port: int, waiting: deque[int], free: list[Sender]) -> None:
    """Ask for updates and hand each reaction to a free connection, until the stub is gone."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    offset = 0
    while True:
        writer.write(request("getUpdates", b'{"timeout":10,"offset":%d}' % offset))
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.rpartition(b"Content-Length: ")[2]))
        for update in orjson.loads(body)["result"]:
            offset = update["update_id"] + 1
            if "message_reaction" in update:
                waiting.append(update["message_reaction"]["user"]["id"])
        while free and waiting:
            free.pop().send_next()


async def main(port: int) -> None:
    waiting: deque[int] = deque()
    free: list[Sender] = []
    for _ in range(CONNECTIONS):
        await asyncio.get_running_loop().create_connection(lambda: Sender(waiting, free), "127.0.0.1", port)
    try:
        await poll(port, waiting, free)
    except (asyncio.IncompleteReadError, ConnectionError):
        return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.ceiling", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(main(parser.parse_args().port))
