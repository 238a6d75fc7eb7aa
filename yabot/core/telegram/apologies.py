"""Tells readers at once what keeps them waiting: from memory and straight to Telegram, because the database is away.

Once for each update and once a minute for each reader, whoever notices the trouble.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from yabot.core.errors import DatabaseAway, Trouble
from yabot.core.telegram.client import BotApi, Doubtful, NotDelivered

log = logging.getLogger(__name__)

QUIET_SECONDS = 60.0
PATIENCE = 3.0  # seconds for Telegram to take one
ALERT_LIMIT = 200


class AnsweredLater(DatabaseAway):
    """What a reader just did is kept, and is answered when the database is back."""

    spanish = "Servicio no disponible ahora mismo. Te respondo en cuanto vuelva: no hace falta que lo repitas."
    english = "Service unavailable right now. I will answer as soon as it is back: no need to repeat it."


class Apologies:
    """Of one process, on its loop. ``clock`` gives seconds that never jump."""

    def __init__(self, api: BotApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._told_at: dict[int, float] = {}
        self._told: set[int] = set()

    async def tell(self, updates: Iterable[Any], trouble: type[Trouble] = AnsweredLater) -> None:
        """Say ``trouble`` to whoever tapped or wrote these updates, as Telegram gave them. Never raises."""
        for update in updates:
            try:
                call = self._call_for(update, trouble)
                if call is not None:
                    await self._say(*call)
            except Exception:
                log.warning("a reader could not be told to wait", exc_info=True)

    def forget(self) -> None:
        """It is over: an update that comes again is another story. Readers are still told once a minute."""
        self._told.clear()
        oldest = self._clock() - QUIET_SECONDS
        self._told_at = {reader: at for reader, at in self._told_at.items() if at > oldest}

    def _call_for(self, update: Any, trouble: type[Trouble]) -> tuple[str, dict[str, Any]] | None:
        """The call that tells it; None when nobody waits for an answer, or was told already."""
        if not isinstance(update, dict) or update.get("update_id") in self._told:
            return None
        pressed, written = update.get("callback_query"), update.get("message")
        reader = _reader_of(pressed or written)
        if reader is None or not (pressed or _is_private(written)) or self._is_quiet(reader["id"]):
            return None
        self._told.add(update.get("update_id", 0))
        self._told_at[reader["id"]] = self._clock()
        said = trouble().sentence(_language_of(reader))
        if pressed:
            alert = {"callback_query_id": pressed.get("id"), "text": said[:ALERT_LIMIT], "show_alert": True}
            return "answerCallbackQuery", alert
        return "sendMessage", {"chat_id": reader["id"], "text": said}

    def _is_quiet(self, reader: int) -> bool:
        return self._clock() - self._told_at.get(reader, float("-inf")) < QUIET_SECONDS

    async def _say(self, method: str, params: dict[str, Any]) -> None:
        try:
            await self._api.call(method, params, timeout=PATIENCE)
        except (NotDelivered, Doubtful) as error:
            log.info("a reader could not be told to wait: %s", error)


def _reader_of(body: Any) -> dict[str, Any] | None:
    reader = body.get("from") if isinstance(body, dict) else None
    return reader if isinstance(reader, dict) and isinstance(reader.get("id"), int) else None


def _is_private(message: Any) -> bool:
    chat = message.get("chat") if isinstance(message, dict) else None
    return isinstance(chat, dict) and chat.get("type") == "private"


def _language_of(reader: dict[str, Any]) -> str:
    return "en" if str(reader.get("language_code") or "").lower().startswith("en") else "es"
