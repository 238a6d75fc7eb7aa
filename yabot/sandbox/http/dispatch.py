"""One entrance for every request: the path's first word decides, without a router."""

import logging

from aiohttp import web

from yabot.sandbox.http.bot_api import serve_call, serve_file
from yabot.sandbox.http.control import serve_control
from yabot.sandbox.http.page import serve_page
from yabot.sandbox.telegram import Telegram

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
log = logging.getLogger(__name__)


class Dispatch:
    """The request handler of one sandbox."""

    def __init__(self, tg: Telegram, control_token: str) -> None:
        self.tg = tg
        self.control_token = control_token

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        try:
            if path.startswith("/bot"):
                return await serve_call(self.tg, request, path[4:], query)
            if path.startswith("/file/bot"):
                return await serve_file(self.tg, path[9:])
            return await self._for_people(request, path)
        except (ConnectionError, web.HTTPException):
            raise
        except Exception:  # a bug of the sandbox must be seen as one, by the bot and in the log
            log.exception("the sandbox failed on %s", path.rpartition("/")[2])
            return web.json_response(
                {"ok": False, "error_code": 500, "description": "Internal Server Error: the sandbox failed"}, status=500
            )

    async def _for_people(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        # A page on another site that resolves its name to this machine must not get the control token.
        if request.host.rpartition(":")[0] not in LOCAL_NAMES and request.host not in LOCAL_NAMES:
            return web.Response(status=403, text="the sandbox answers this machine only")
        if path.startswith("/control/"):
            return await serve_control(self.tg, request, path.removeprefix("/control/"), self.control_token)
        if path.startswith("/sandbox/"):
            return await serve_page(self.tg, path.removeprefix("/sandbox/"), self.control_token)
        if path in {"/", "/sandbox"}:
            return web.Response(status=302, headers={"Location": "/sandbox/"})
        return web.Response(status=404, text="Not Found")
