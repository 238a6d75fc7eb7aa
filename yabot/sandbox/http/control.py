"""``/control/<operation>`` and the live stream of events for the page."""

import hmac

from aiohttp import web

from yabot.sandbox.control.catalogue import perform
from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import dumps, loads

HEADER = "X-Sandbox-Token"


async def serve_control(tg: Telegram, request: web.BaseRequest, operation: str, token: str) -> web.StreamResponse:
    """Run a control operation for somebody who knows the control token."""
    if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), token.encode()):
        return _json(401, {"ok": False, "description": f"the header {HEADER} is missing or wrong"})
    if operation == "events":
        return await _stream(tg, request)
    try:
        body = await request.read()
        arguments = loads(body) if body else {}
        return _json(200, {"ok": True, "result": await perform(tg, operation, arguments)})
    except (Impossible, ValueError) as problem:
        return _json(400, {"ok": False, "description": str(problem)})


async def _stream(tg: Telegram, request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    queue = tg.feed.subscribe()
    try:
        await response.write(b"event: hello\ndata: {}\n\n")
        while request.transport is not None and not request.transport.is_closing():
            await response.write(await queue.get())
    except (ConnectionError, RuntimeError):
        pass  # the tab was closed
    finally:
        tg.feed.readers.discard(queue)
    return response


def _json(status: int, body: object) -> web.Response:
    return web.Response(body=dumps(body), status=status, headers={"Content-Type": "application/json"})
