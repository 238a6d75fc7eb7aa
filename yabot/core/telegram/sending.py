"""The sending process: reads messages as lines of JSON, makes the calls, writes the outcomes.

Started by ``ProcessCarrier``; it imports neither Django nor PTB. It ends when its input ends, so it never outlives the
process that owns the rows.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from yabot.core.telegram.calling import perform
from yabot.core.telegram.client import BotApi
from yabot.core.telegram.outcome import Claimed, Result

_LONGEST_LINE = 64 * 1024 * 1024


class Sending:
    """One bot's calls, in parallel; outcomes that come together are told together."""

    def __init__(self, api: BotApi, media: Path) -> None:
        self._api = api
        self._media = media
        self._told: list[dict[str, Any]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Send whatever comes until the input ends."""
        while line := await reader.readline():
            order = orjson.loads(line)
            for given in order["messages"]:
                given["id"] = UUID(given["id"])
                task = asyncio.create_task(self._send(Claimed(**given), order["files"]))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _send(self, message: Claimed, files: dict[str, str]) -> None:
        self._tell(await perform(self._api, message, files, self._media))

    def _tell(self, result: Result) -> None:
        if not self._told:
            asyncio.get_running_loop().call_soon(self._flush)
        self._told.append(result.to_wire())

    def _flush(self) -> None:
        told, self._told = self._told, []
        os.write(sys.stdout.fileno(), orjson.dumps(told) + b"\n")


async def main() -> None:
    """Serve standard input."""
    api = BotApi(token=os.environ["TELEGRAM_TOKEN"], base_url=os.environ["TELEGRAM_API_URL"])
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await Sending(api, Path(os.environ["YABOT_MEDIA"])).run(reader)
    await api.close()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the owner decides when to end
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        import uvloop
    except ImportError:
        asyncio.run(main())
    else:
        uvloop.run(main())
