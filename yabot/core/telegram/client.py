"""A lean Bot API client: JSON out, JSON in, and an honest word on whether a call can have been heard.

aiohttp with orjson costs a fifth of the processor time of PTB's own request class; the hot path sends through this.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Self

import aiohttp
import orjson

from yabot.core.metrics import Kind, Operation, record
from yabot.core.redaction import redact


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Bot API said to a call."""

    ok: bool
    result: Any = None
    code: int = 200
    description: str = ""
    retry_after: float = 0
    migrate_to: int | None = None

    @classmethod
    def read(cls, status: int, body: bytes) -> Self | None:
        """The answer in an HTTP body; None when the body is no Bot API answer (a gateway's page, rubbish)."""
        data = loads(body)
        if not isinstance(data, dict) or not isinstance(data.get("ok"), bool):
            return None
        extra = data.get("parameters") or {}
        return cls(
            data["ok"],
            data.get("result"),
            int(data.get("error_code") or status),
            redact(str(data.get("description") or "")),
            float(extra.get("retry_after") or 0),
            extra.get("migrate_to_chat_id"),
        )


def loads(body: bytes) -> Any:
    """The JSON in a body; None when there is none.

    orjson is strict about lone surrogates, which people can type: the slow reader gets a second look.
    """
    for read in (orjson.loads, json.loads):
        try:
            return read(body)
        except ValueError:
            continue
    return None


class NotDelivered(Exception):
    """The call certainly did not reach Telegram: no connection could be made."""


class Doubtful(Exception):
    """The call was made and nobody knows whether Telegram heard it: a time-out, a cut connection, a gateway's page."""


class BotApi:
    """Calls of one bot. Open it inside a running loop and close it at the end."""

    def __init__(self, *, token: str, base_url: str, connections: int = 256) -> None:
        self._root = f"{base_url}{token}/"
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._is_over = False

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connection pool, made on first use. Raises NotDelivered at the end: nobody would close another one."""
        if self._is_over:
            raise NotDelivered("this process is stopping")
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=15, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True, trust_env=False
            )
        return self._session

    async def call(
        self, method: str, params: Mapping[str, Any], *, timeout: float = 20, files: Mapping[str, Path] | None = None
    ) -> Answer:
        """Make one call, once. ``timeout`` in seconds is the total; ``files`` are uploaded under their names.

        Raises NotDelivered or Doubtful when there is no answer. Refusals are answers.
        """
        started, trouble = perf_counter(), "no answer"
        try:
            answer = await self._call(method, params, timeout, files)
            trouble = "" if answer.ok else f"{answer.code} {answer.description}"
            return answer
        except (NotDelivered, Doubtful) as error:
            trouble = str(error)
            raise
        finally:
            note_call(method, started, trouble)

    async def _call(
        self, method: str, params: Mapping[str, Any], timeout: float, files: Mapping[str, Path] | None
    ) -> Answer:
        body = _form(params, files) if files else None
        try:
            async with asyncio.timeout(timeout):
                return await self._post(method, params, body)
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectionResetError) as error:
            raise NotDelivered(redact(str(error))) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Doubtful(redact(f"{type(error).__name__}: {error}")) from None

    async def _post(self, method: str, params: Mapping[str, Any], form: aiohttp.FormData | None) -> Answer:
        content = {"data": form} if form else {"data": orjson.dumps(params), "headers": _JSON}
        async with self.session.post(self._root + method, **content) as response:
            answer = Answer.read(response.status, await response.read())
        if answer is None:
            raise Doubtful(f"HTTP {response.status} without a Bot API answer")
        return answer

    async def renew(self) -> None:
        """Throw away the connections: a wedged pool must not outlive three time-outs."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def close(self) -> None:
        """Close every connection, for good."""
        self._is_over = True
        await self.renew()


_JSON = {"Content-Type": "application/json"}
_PATIENT = "getUpdates"  # waits for news as long as it may: how long it took says nothing


def note_call(method: str, started: float, trouble: str) -> None:
    """Count a call of the Bot API that began at ``started`` (perf_counter); ``trouble`` is empty when it worked."""
    ms = 0.0 if method == _PATIENT else (perf_counter() - started) * 1000
    record(Operation(Kind.TELEGRAM, "core", method[:40]), ms, error=trouble or None)


def _form(params: Mapping[str, Any], files: Mapping[str, Path]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in params.items():
        if name not in files:
            form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
    for name, path in files.items():
        form.add_field(name, path.read_bytes(), filename=path.name)
    return form
