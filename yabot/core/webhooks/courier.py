"""Makes the calls: several endpoints at once, several readers of an endpoint at once, one reader's in order."""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import aiohttp
from django.conf import settings

from yabot.core import bell, clock, faults, leases
from yabot.core.addresses import is_public
from yabot.core.metrics import Kind, Operation, record
from yabot.core.models import Lease
from yabot.core.redaction import redact
from yabot.core.telegram.bridge import in_db
from yabot.core.webhooks import queue, signing
from yabot.core.webhooks.queue import Call, Outcome, Result

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds for a receiver to answer
LEASE_SECONDS = 60.0  # longer than a round and its last call take
ROUND_SECONDS = 30.0
LOOK_SECONDS = 1.0
ENDPOINTS = 16
LANES = 8
STRIKES = 3  # after so many calls that reached nobody, the rest of a round is not tried
_ILL = range(500, 600)
_BUSY = {408, 425, 429}


class Private(OSError):
    """The address leads into a private network."""


def _socket(info: tuple[Any, ...]) -> socket.socket:
    """A socket to this address, which a name resolved to just now; none into a private network."""
    family, kind, protocol, _name, address = info
    if not settings.WEBHOOK_PRIVATE_ADDRESSES and not is_public(str(address[0])):
        raise Private("the address leads into a private network")
    return socket.socket(family, kind, protocol)


class Courier:
    """Calls for one process. Any number may run: an endpoint is served by whoever holds its lease."""

    def __init__(self) -> None:
        self._owner = leases.new_owner()
        self._serving: dict[UUID, asyncio.Task[bool]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._rung = asyncio.Event()

    async def run(self) -> None:
        """Serve until cancelled, woken by the bell, and otherwise looking once a second."""
        loop = asyncio.get_running_loop()

        def listen(topics: frozenset[str]) -> None:
            if bell.CALLS in topics:
                loop.call_soon_threadsafe(self._rung.set)

        bell.listen(listen)
        try:
            while True:
                self._rung.clear()
                await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):  # wait_for would lose a cancellation at a bad moment
                        await self._rung.wait()
        finally:
            bell.forget(listen)
            await self.close()

    async def work(self, seconds: float) -> None:
        """Serve what is due now, for about so long."""
        try:
            async with asyncio.timeout(seconds):
                while any(await asyncio.gather(*await self._look())):
                    pass
        except TimeoutError:
            log.info("calls to webhooks are left for the next time")
        finally:
            await self.close()

    async def close(self) -> None:
        """End: calls under way are cut off, and made again with the same ids."""
        for task in list(self._serving.values()):
            task.cancel()
        await asyncio.gather(*self._serving.values(), return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        await in_db(leases.give_back, self._owner)  # a stop may have come while one was being given back

    async def _look(self) -> list[asyncio.Task[bool]]:
        """Begin to serve endpoints that have something due."""
        try:
            waiting = await in_db(queue.waiting_endpoints, besides=set(self._serving))
        except Exception as error:  # noqa: BLE001 - the database may be away: looked at again in a second
            log.warning("calls to webhooks have to wait: %s", redact(repr(error)))
            return []
        begun = {key: asyncio.create_task(self._serve(key)) for key in waiting[: ENDPOINTS - len(self._serving)]}
        self._serving |= begun
        return list(begun.values())

    async def _serve(self, endpoint_id: UUID) -> bool:
        """One round for an endpoint; whether there was anything to do, and nobody else did it."""
        try:
            async with self._alone(f"webhook:{endpoint_id}") as may:
                calls = await in_db(queue.next_calls, endpoint_id) if may else []
                await Round(self.call).make(calls)
            if calls:
                self._rung.set()
            return bool(calls)
        except Exception:
            log.warning("the webhook %s could not be served", endpoint_id, exc_info=True)
            return False
        finally:
            del self._serving[endpoint_id]

    @contextlib.asynccontextmanager
    async def _alone(self, name: str) -> AsyncIterator[bool]:
        """Whether the lease is ours inside. It is given back also when a stop comes while it is being taken."""
        taking = asyncio.ensure_future(in_db(leases.take, name, self._owner, seconds=LEASE_SECONDS))
        try:
            yield await asyncio.shield(taking)
        finally:
            if await taking:
                await in_db(_give_back, name, self._owner)

    async def call(self, call: Call) -> Result:
        """Make one call, once. Redirects are not followed."""
        began = time.perf_counter()
        result = await self._try(call)
        ms = (time.perf_counter() - began) * 1000
        error = None if result.outcome is Outcome.TAKEN else result.error
        record(Operation(Kind.WEBHOOK, "core", call.type), ms, error=error, chain=call.correlation_id)
        return result

    async def _try(self, call: Call) -> Result:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "YABOT-Webhook/1",
            "X-YABOT-Event": call.type,
            "X-YABOT-Delivery": str(call.id),
            "X-Correlation-ID": str(call.correlation_id),
            signing.HEADER: signing.sign(call.body, call.keys, clock.now()),
        }
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._post(call, headers)
        except TimeoutError:
            return Result(call, Outcome.DOWN, error=f"no answer within {PATIENCE:.0f} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Result(call, Outcome.DOWN, error=f"{type(error).__name__}: {error}")

    async def _post(self, call: Call, headers: dict[str, str]) -> Result:
        options: dict[str, Any] = {"data": call.body, "headers": headers, "allow_redirects": False}
        async with self._open().post(call.url, **options) as response:
            faults.point("after_send")
            said = (await response.content.read(300)).decode("utf-8", "replace")
            return read(call, response.status, said, response.headers.get("Retry-After", ""))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(socket_factory=_socket, limit=ENDPOINTS * LANES),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session


class Round:
    """Some calls of one endpoint: readers side by side, each reader's in order until one fails."""

    def __init__(self, call: Callable[[Call], Awaitable[Result]]) -> None:
        self._call = call
        self._width = asyncio.Semaphore(LANES)
        self._strikes = 0
        self._until = time.monotonic() + ROUND_SECONDS

    async def make(self, calls: Sequence[Call]) -> None:
        """Make the calls; those left when time is over, or the receiver is down, stay due."""
        ordered = sorted(calls, key=lambda call: (call.lane, call.sequence))
        lanes = [list(group) for _key, group in groupby(ordered, key=lambda call: call.lane)]
        await asyncio.gather(*map(self._follow, lanes))

    async def _follow(self, lane: Sequence[Call]) -> None:
        async with self._width:
            for call in lane:
                if self._strikes >= STRIKES or time.monotonic() > self._until or not await self._is_taken(call):
                    return

    async def _is_taken(self, call: Call) -> bool:
        result = await self._call(call)
        faults.point("before_mark")
        await in_db(queue.note, result)
        if result.outcome is Outcome.TAKEN:
            self._strikes = 0
        elif result.outcome is not Outcome.REFUSED:
            self._strikes += 1
        return result.outcome is Outcome.TAKEN


def read(call: Call, status: int, said: str, retry_after: str) -> Result:
    """What the receiver's answer means."""
    if 200 <= status < 300:
        return Result(call, Outcome.TAKEN, status)
    outcome = Outcome.GONE if status == 410 else Outcome.DOWN if status in _ILL or status in _BUSY else Outcome.REFUSED
    wait = min(3600.0, float(retry_after)) if retry_after.isascii() and retry_after.isdigit() else 0.0
    return Result(call, outcome, status, f"{status}: {said}".strip(": "), wait)


def _give_back(name: str, owner: str) -> None:
    Lease.objects.filter(pk=name, owner=owner).update(owner="", expires_at=clock.now())


def send_due(seconds: float = 20.0) -> None:
    """The periodic job: make the calls that are due. Where couriers run all the time it finds nothing to do."""
    if queue.waiting_endpoints():
        asyncio.run(Courier().work(seconds))
