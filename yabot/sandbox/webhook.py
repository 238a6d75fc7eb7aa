"""Delivery of updates to the bot's webhook, with retries and the error that getWebhookInfo reports."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import aiohttp

from yabot.sandbox.updates import Update
from yabot.sandbox.wire import JSON

if TYPE_CHECKING:
    from yabot.sandbox.telegram import Telegram

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
PATIENCE = aiohttp.ClientTimeout(total=60)


@dataclass(slots=True, eq=False)
class Webhook:
    """Where updates go, if the bot set a webhook; ``url`` is empty while it polls."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    ip_address: str | None = None
    last_error_date: int = 0
    last_error_message: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self, url: str, secret_token: str, max_connections: int) -> None:
        """Deliver to this URL from now on."""
        self.url, self.secret_token, self.max_connections = url, secret_token, max_connections
        self.last_error_date, self.last_error_message = 0, ""
        self.changed.set()

    def forget(self) -> None:
        """Back to polling."""
        self.set("", "", 40)

    def info(self, pending: int, allowed: frozenset[str] | None) -> JSON:
        """The WebhookInfo object."""
        body: JSON = {"url": self.url, "has_custom_certificate": False, "pending_update_count": pending}
        if self.url:
            body |= {"max_connections": self.max_connections, "ip_address": self.ip_address or "127.0.0.1"}
        if self.last_error_date:
            body |= {"last_error_date": self.last_error_date, "last_error_message": self.last_error_message}
        if allowed:
            body["allowed_updates"] = sorted(allowed)
        return body

    def stored(self) -> JSON:
        """What the state file keeps."""
        return {"url": self.url, "secret_token": self.secret_token, "max_connections": self.max_connections}

    def restore(self, saved: JSON) -> None:
        """Take over what ``stored`` wrote."""
        self.set(saved["url"], saved["secret_token"], saved["max_connections"])


async def deliver_updates(tg: "Telegram") -> None:
    """Run for ever: post every pending update to the webhook, several at once, until it answers 2xx."""
    under_way: set[int] = set()
    tasks: set[asyncio.Task[Any]] = set()
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        try:
            while True:
                await _something_to_do(tg, under_way)
                for update in tuple(islice(tg.updates.pending, 2 * tg.webhook.max_connections)):
                    if update.id not in under_way and len(under_way) < tg.webhook.max_connections:
                        under_way.add(update.id)
                        task = asyncio.create_task(_deliver(tg, session, update, under_way))
                        tasks.add(task)
                        task.add_done_callback(tasks.discard)
        finally:
            for task in tasks:
                task.cancel()


async def _something_to_do(tg: "Telegram", under_way: set[int]) -> None:
    while True:
        tg.webhook.changed.clear()
        waiting = len(tg.updates.pending) > len(under_way) and len(under_way) < tg.webhook.max_connections
        if tg.webhook.url and waiting:
            return
        tg.updates.arrived.clear()
        events = [asyncio.ensure_future(event.wait()) for event in (tg.webhook.changed, tg.updates.arrived)]
        await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
        for event in events:
            event.cancel()


async def _deliver(tg: "Telegram", session: aiohttp.ClientSession, update: Update, under_way: set[int]) -> None:
    pause, url = FIRST_PAUSE, tg.webhook.url
    try:
        while tg.webhook.url == url and update in tg.updates.pending:
            if await _attempt(tg, session, update):
                if update in tg.updates.pending:
                    tg.updates.forget(update)
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    finally:
        under_way.discard(update.id)
        tg.webhook.changed.set()


async def _attempt(tg: "Telegram", session: aiohttp.ClientSession, update: Update) -> bool:
    """Whether the bot took the update: it answered 2xx and the answer was not lost on purpose."""
    fault = tg.faults.take("webhook")
    if fault and fault.kind in {"delay", "slow_answer"}:
        await asyncio.sleep(fault.delay)
    if fault and fault.kind == "drop_before":
        return _failed(tg, "Connection timed out")
    if fault and fault.kind == "duplicate_updates":
        await _post(tg, session, update)
    problem = await _post(tg, session, update)
    if fault and fault.kind == "drop_after":
        problem = "Read timeout expired"
    return problem is None or _failed(tg, problem)


async def _post(tg: "Telegram", session: aiohttp.ClientSession, update: Update) -> str | None:
    headers = {"Content-Type": "application/json"}
    if tg.webhook.secret_token:
        headers["X-Telegram-Bot-Api-Secret-Token"] = tg.webhook.secret_token
    with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError):
        async with session.post(tg.webhook.url, data=update.body, headers=headers) as response:
            if 200 <= response.status < 300:
                return None
            return f"Wrong response from the webhook: {response.status} {response.reason}"
    return "Connection refused"


def _failed(tg: "Telegram", problem: str) -> bool:
    tg.webhook.last_error_date = int(time.time())
    tg.webhook.last_error_message = problem
    return False
