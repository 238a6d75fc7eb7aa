"""A worker process's part: delivers events and sends messages, as the bot does, until stopped."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from yabot.core import bell
from yabot.core.telegram import senders
from yabot.core.telegram.client import BotApi
from yabot.core.telegram.porter import Porter
from yabot.core.telegram.sender import LoopCarrier, Sender

SEND_SECONDS = 5.0  # for sends under way, when it ends
WRITE_SECONDS = 2.0


class PostOffice:
    """A porter, its sender, and the event loop it sends on. Without a token it only delivers."""

    def __init__(self) -> None:
        self._porter = Porter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="yabot-sending", daemon=True)
        self._api: BotApi | None = None
        self._hear_no_more: Callable[[], object] = lambda: None

    def open(self) -> None:
        """Begin to deliver and send."""
        if settings.TELEGRAM_TOKEN:
            self._thread.start()
            self._api = BotApi(token=settings.TELEGRAM_TOKEN, base_url=settings.TELEGRAM_API_URL)
            sender = self._porter.sender = Sender(senders.budget(), self._porter.report)
            sender.carrier = LoopCarrier(sender, self._api, self._loop)
        self._hear_no_more = bell.hear_others()
        self._porter.start()

    def worked_at(self) -> datetime | None:
        """When the porter last did everything well."""
        return self._porter.worked_at

    def close(self) -> None:
        """Take nothing new, finish what is under way, write down its outcome. The rest waits in rows."""
        deadline = time.monotonic() + SEND_SECONDS
        self._hear_no_more()
        self._porter.take_no_more()
        if self._porter.sender is not None:
            self._porter.sender.drain(deadline - time.monotonic())
        self._porter.stop()
        self._porter.join(deadline + WRITE_SECONDS - time.monotonic())
        if self._api is not None:
            asyncio.run_coroutine_threadsafe(self._api.close(), self._loop).result(WRITE_SECONDS)
            self._loop.call_soon_threadsafe(self._loop.stop)
