"""``/telegram/webhook/``: Telegram hands an update over, and hears 200 once it is a row.

Plain ASGI in front of Django: a stranger is refused before one byte of a body is read, and none of the middleware a
page needs is run. What arrives while a commit is under way is stored together by the next one.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError

from yabot.core import bell, faults
from yabot.core.addresses import WEBHOOK_PATH
from yabot.core.redaction import redact
from yabot.core.splitting import run_splitting
from yabot.core.telegram import inbox
from yabot.core.telegram.apologies import Apologies
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.client import BotApi, loads

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)

SECRET = b"x-telegram-bot-api-secret-token"
MOST_BYTES = 1_000_000  # Telegram's updates are below 100 kB
PATIENCE = 10.0  # seconds for a body to arrive
BATCH = 200
AT_ONCE = 3.0  # seconds after which a reader is told that it takes longer


class Refused(Exception):
    """This request is not taken; the status says why."""

    def __init__(self, status: HTTPStatus, **headers: str) -> None:
        super().__init__(status.phrase)
        self.status = status
        self.headers = headers


def in_front_of(application: Application) -> Application:
    """``application`` with the webhook before it."""
    endpoint = Endpoint()

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        mine = scope["type"] == "http" and scope["path"] == WEBHOOK_PATH
        await (endpoint if mine else application)(scope, receive, send)

    return route


class Endpoint:
    """The ASGI application of this one address."""

    def __init__(self) -> None:
        self._basket = Basket(_apologies())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check(scope["method"], dict(scope["headers"]))
            update = read(await _body(receive))
            await self._basket.hand_over(update)
            await _answer(send, HTTPStatus.OK)
        except Refused as refused:
            log.info("a request to the webhook was refused: %s", refused)
            await _answer(send, refused.status, refused.headers)


def check(method: str, headers: dict[bytes, bytes]) -> None:
    """Let Telegram pass, by its secret. Raises Refused with 404 where no webhook is configured, 405 and 403."""
    secret = settings.TELEGRAM_WEBHOOK_SECRET
    if not (settings.TELEGRAM_WEBHOOK_URL and secret):
        raise Refused(HTTPStatus.NOT_FOUND)
    if method != "POST":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, allow="POST")
    if not hmac.compare_digest(headers.get(SECRET, b""), secret.encode()):
        raise Refused(HTTPStatus.FORBIDDEN)
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


async def _body(receive: Receive) -> bytes:
    """The request's body. Raises Refused when it is too large, comes too slowly or not at all."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Refused(HTTPStatus.BAD_REQUEST)
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > MOST_BYTES:
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None


def read(body: bytes) -> dict[str, Any]:
    """The update in a body. Raises Refused (400) for anything that has no update_id: nothing of it is kept."""
    try:
        update = loads(body)
    except RecursionError:
        update = None
    if not isinstance(update, dict) or not inbox.is_id(update.get("update_id")) or update["update_id"] < 0:
        raise Refused(HTTPStatus.BAD_REQUEST)
    return update


def _apologies() -> Apologies | None:
    """What tells readers to wait, where this process knows the bot's token."""
    token = settings.TELEGRAM_TOKEN
    return Apologies(BotApi(token=token, base_url=settings.TELEGRAM_API_URL, connections=4)) if token else None


class Basket:
    """Where updates are handed over: those that come together are committed together."""

    def __init__(self, apologies: Apologies | None = None) -> None:
        self._apologies = apologies
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self._clerk: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()

    async def hand_over(self, update: dict[str, Any]) -> None:
        """Return when the update is committed. Raises Refused (503) when that is impossible now."""
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((update, taken))
        if self._clerk is None or self._clerk.done():
            self._clerk = asyncio.create_task(self._work())
        await taken

    async def _work(self) -> None:
        """Have everything that waits stored and answered. Whatever fails, nobody is left waiting: they come again."""
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            try:
                failed = await self._store([update for update, _ in batch])
            except Exception as error:  # noqa: BLE001 - nothing was promised, and the next batch may succeed
                log.warning("updates from the webhook could not be stored: %s", redact(repr(error)))
                failed = {update["update_id"] for update, _ in batch}
            for update, taken in batch:
                if taken.done():  # whoever asked has hung up
                    continue
                if update["update_id"] in failed:
                    taken.set_exception(Refused(HTTPStatus.SERVICE_UNAVAILABLE, **{"retry-after": "1"}))
                else:
                    taken.set_result(None)

    async def _store(self, updates: Sequence[dict[str, Any]]) -> Collection[int]:
        """Commit the batch; the numbers of those that could not be. Telegram sends them again."""
        storing = asyncio.ensure_future(in_db(store, updates))
        await asyncio.wait({storing}, timeout=AT_ONCE)
        if not storing.done() or storing.exception():
            self._apologise(updates)
        failed = await storing
        faults.point("after_webhook_commit")
        if self._apologies:
            self._apologies.forget()
        return failed

    def _apologise(self, updates: Sequence[dict[str, Any]]) -> None:
        """Tell whoever tapped or wrote that they have to wait, while Telegram is answered without waiting for that."""
        if self._apologies:
            telling = asyncio.create_task(self._apologies.tell(updates))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)


def store(updates: Sequence[dict[str, Any]]) -> Collection[int]:
    """Put updates into the inbox and ring for whoever works on them; the numbers of those that cannot be stored.

    Trouble with the database itself is raised.
    """
    failed: list[int] = []
    run_splitting(updates, inbox.store, lambda update, error: _once_more(update, error, failed), lane=_number)
    bell.ring(bell.INBOX)
    return failed


def _once_more(update: dict[str, Any], error: Exception, failed: list[int]) -> None:
    """A duplicate that another process stores at this very moment is found when looked for again."""
    try:
        inbox.store([update])
    except (DataError, IntegrityError, ValueError):
        log.warning("update %s cannot be stored: %s", _number(update), redact(repr(error)))
        failed.append(_number(update))


def _number(update: dict[str, Any]) -> int:
    return int(update["update_id"])


async def _answer(send: Send, status: HTTPStatus, headers: dict[str, str] | None = None) -> None:
    body = b"" if status is HTTPStatus.OK else status.phrase.encode()
    given = {"content-type": "text/plain", "content-length": str(len(body)), "cache-control": "no-store"}
    pairs = [(name.encode(), value.encode()) for name, value in {**given, **(headers or {})}.items()]
    await send({"type": "http.response.start", "status": int(status), "headers": pairs})
    await send({"type": "http.response.body", "body": body})
