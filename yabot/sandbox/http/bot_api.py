"""``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

import asyncio
import hmac
import time
from urllib.parse import unquote

from aiohttp import web

from yabot.sandbox.botapi.catalogue import METHOD_NAMES, METHODS
from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.updates import get_updates
from yabot.sandbox.faults import Fault
from yabot.sandbox.http.reading import read_params
from yabot.sandbox.journal import Call
from yabot.sandbox.refusals import Refusal, not_modelled
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import dumps

UNAUTHORIZED = Refusal(401, "Unauthorized")
NOT_FOUND = Refusal(404, "Not Found")


async def serve_call(tg: Telegram, request: web.BaseRequest, rest: str, query: str) -> web.StreamResponse:
    """Answer one Bot API call, with the trouble that was ordered for it."""
    token, _, given = rest.partition("/")
    name = METHOD_NAMES.get(given.lower())
    if not is_token(tg, token):
        return _json(401, dumps(UNAUTHORIZED.as_json()))
    try:
        params = await read_params(request, query)
    except Refusal as refusal:
        return _json(refusal.error_code, dumps(refusal.as_json()))
    fault = tg.faults.take(name or given, _chat_id(params)) if tg.faults.ordered else None
    if fault and fault.kind == "delay":
        await asyncio.sleep(fault.delay)
    if fault and fault.kind in {"error", "drop_before"}:
        status, body = fault.status, dumps(fault.answer())
    else:
        status, body = await answer(tg, name, params)
    _record(tg, Call(0, time.time(), name or given, params.recorded(), status, body, fault.kind if fault else None))
    return await _troubled(request, fault, status, body) if fault else _json(status, body)


def is_token(tg: Telegram, given: str) -> bool:
    """Whether the path carries the bot's token, percent-encoded or not."""
    return hmac.compare_digest(unquote(given).encode(), tg.token.encode())


async def answer(tg: Telegram, name: str | None, params: Params) -> tuple[int, bytes]:
    """Perform the method: status and body of the answer."""
    try:
        if name is None:
            raise NOT_FOUND
        if name == "getUpdates":
            return 200, await get_updates(tg, params)
        function = METHODS.get(name)
        if function is None:
            raise not_modelled(name)
        return 200, b'{"ok":true,"result":' + dumps(function(tg, params)) + b"}"
    except Refusal as refusal:
        return refusal.error_code, dumps(refusal.as_json())


def _chat_id(params: Params) -> str | None:
    given = params.values.get("chat_id")
    return None if given is None else str(given)


def _record(tg: Telegram, call: Call) -> None:
    tg.journal.record(call)
    if call.number:
        tg.feed.wake("calls")
        if tg.feed.readers:
            tg.feed.publish("call", call.as_json())


async def _troubled(request: web.BaseRequest, fault: Fault, status: int, body: bytes) -> web.StreamResponse:
    if fault.kind == "slow_answer":
        await asyncio.sleep(fault.delay)
    if fault.kind in {"drop_before", "drop_after"} and request.transport is not None:
        request.transport.abort()
    if fault.kind == "empty":
        return _json(200, b"")
    if fault.kind == "garbage":
        return _json(200, b'<html>{"ok":tr')
    return _json(status, body)


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json"})


async def serve_file(tg: Telegram, rest: str) -> web.StreamResponse:
    """The bytes of a file, as getFile named its path."""
    token, _, path = rest.partition("/")
    if not is_token(tg, token):
        return _json(401, dumps(UNAUTHORIZED.as_json()))
    file = tg.world.paths.get(unquote(path))
    if file is None:
        return _json(404, dumps(NOT_FOUND.as_json()))
    return web.Response(body=file.body, headers={"Content-Type": "application/octet-stream"})
