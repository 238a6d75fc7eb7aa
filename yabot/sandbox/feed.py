"""Live news for open pages, and long polls for tests that wait for a chat to change."""

import asyncio
from collections import defaultdict
from typing import Any

from yabot.sandbox.wire import dumps

BACKLOG = 2_000


class Feed:
    """Publishes to every open page; costs nothing while none is open."""

    def __init__(self) -> None:
        self.readers: set[asyncio.Queue[bytes]] = set()
        self._waiting: defaultdict[int | str, list[asyncio.Future[None]]] = defaultdict(list)

    def subscribe(self) -> asyncio.Queue[bytes]:
        """A queue that gets every event from now on."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)
        self.readers.add(queue)
        return queue

    def publish(self, event: str, data: Any) -> None:
        """Tell every page; one that does not keep up is told to reload."""
        if not self.readers:
            return
        body = b"event: " + event.encode() + b"\ndata: " + dumps(data) + b"\n\n"
        for queue in tuple(self.readers):
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(b"event: reload\ndata: {}\n\n")
            else:
                queue.put_nowait(body)

    def wake(self, topic: int | str) -> None:
        """Something happened in this chat (or to this topic)."""
        if topic in self._waiting:
            for waiter in self._waiting.pop(topic):
                if not waiter.done():
                    waiter.set_result(None)

    async def wait(self, topic: int | str, timeout: float) -> None:
        """Return when something happens there, or after ``timeout`` seconds."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[topic].append(waiter)
        await asyncio.wait({waiter}, timeout=timeout)
        if not waiter.done():
            self._waiting[topic].remove(waiter)
