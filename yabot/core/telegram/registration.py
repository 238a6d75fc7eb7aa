"""The webhook as Telegram knows it: set, deleted, asked about, and what is wrong with it in plain words."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings

from yabot.core import clock, health
from yabot.core.health import Beat
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered

log = logging.getLogger(__name__)

WATCH_SECONDS = 20.0
FRESH = timedelta(minutes=2)  # an older error is history: Telegram tries again within a minute

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "not_set": (
        "Telegram no tiene ningún webhook de este bot: ejecuta «manage.py webhook set».",
        "Telegram has no webhook of this bot: run `manage.py webhook set`.",
    ),
    "unwanted": (
        "Telegram envía a {url}, así que sondear no trae nada: ejecuta «manage.py webhook delete», o escribe esa "
        "dirección en TELEGRAM_WEBHOOK_URL.",
        "Telegram sends to {url}, so polling gets nothing: run `manage.py webhook delete`, or set "
        "TELEGRAM_WEBHOOK_URL.",
    ),
    "elsewhere": (
        "Telegram envía a {url}, y no a TELEGRAM_WEBHOOK_URL: ejecuta «manage.py webhook set».",
        "Telegram sends to {url} and not to TELEGRAM_WEBHOOK_URL: run `manage.py webhook set`.",
    ),
    "kinds": (
        "Telegram no envía todo lo que YABOT atiende (falta: {missing}): ejecuta «manage.py webhook set».",
        "Telegram does not send all that YABOT handles (missing: {missing}): run `manage.py webhook set`.",
    ),
    "secret": (
        "YABOT rechazó el secreto: ejecuta «manage.py webhook set» con el TELEGRAM_WEBHOOK_SECRET del proceso web.",
        "YABOT refused the secret: run `manage.py webhook set` with the web process's TELEGRAM_WEBHOOK_SECRET.",
    ),
    "not_found": (
        "En esa dirección no atiende nadie: debe acabar en /telegram/webhook/, y el proceso web necesita "
        "TELEGRAM_WEBHOOK_URL y TELEGRAM_WEBHOOK_SECRET.",
        "Nobody answers at that address: it must end in /telegram/webhook/, and the web process needs "
        "TELEGRAM_WEBHOOK_URL and TELEGRAM_WEBHOOK_SECRET.",
    ),
    "redirect": (
        "Esa dirección lleva a otra y Telegram no la sigue: escribe la definitiva en TELEGRAM_WEBHOOK_URL.",
        "That address leads to another one, which Telegram does not follow: give the final one.",
    ),
    "server": (
        "El proceso web, o el proxy que tiene delante, falló: mira su registro. Telegram lo vuelve a intentar.",
        "The web process or the proxy in front of it failed: look at its log. Telegram tries again.",
    ),
    "certificate": (
        "Telegram no se fía del certificado HTTPS: tiene que ser válido, completo y de ese nombre.",
        "Telegram does not trust the HTTPS certificate: it must be valid, complete and for that name.",
    ),
    "refused": (
        "En esa dirección no escucha nadie: comprueba que el proceso web y su proxy están en marcha.",
        "Nobody listens at that address: check that the web process and its proxy run.",
    ),
    "slow": (
        "La dirección no respondió a tiempo: comprueba el cortafuegos y que el proceso web no está ahogado.",
        "The address did not answer in time: check the firewall, and that the web process is not overloaded.",
    ),
    "name": (
        "Telegram no encuentra ese nombre: comprueba el DNS.",
        "Telegram cannot find that name: check the DNS.",
    ),
    "other": ("Telegram dice: {error}", "Telegram says: {error}"),
}
_SIGNS: Final = (
    ("webhook: 403", "secret"),
    ("webhook: 404", "not_found"),
    ("webhook: 3", "redirect"),
    ("webhook: 5", "server"),
    ("ssl", "certificate"),
    ("certificate", "certificate"),
    ("refused", "refused"),
    ("timed out", "slow"),
    ("timeout", "slow"),
    ("resolve", "name"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps updates from coming."""

    code: str
    detail: str = ""

    def sentence(self, language: str) -> str:
        """What is wrong and what to do, in ``language``: ``"en"``, or Spanish for any other."""
        sentence = SENTENCES[self.code][language == "en"]
        return sentence.format(url=self.detail, missing=self.detail, error=self.detail)


@dataclass(frozen=True, slots=True)
class Registration:
    """What getWebhookInfo told."""

    url: str
    pending: int
    max_connections: int
    kinds: frozenset[str]
    error: str
    error_at: datetime | None

    @classmethod
    def read(cls, info: dict[str, Any]) -> Self:
        """From the WebhookInfo object."""
        moment = info.get("last_error_date")
        return cls(
            str(info.get("url") or ""),
            int(info.get("pending_update_count") or 0),
            int(info.get("max_connections") or 0),
            frozenset(info.get("allowed_updates") or ()),
            str(info.get("last_error_message") or ""),
            datetime.fromtimestamp(moment, UTC) if moment else None,
        )

    def last_error(self) -> Problem | None:
        """The last error, however old, in plain words."""
        return said(self.error) if self.error else None

    def problem(self, wanted: str, kinds: Sequence[str]) -> Problem | None:
        """What is wrong now, when updates of these kinds should come to ``wanted`` (empty: to whoever polls)."""
        if not wanted:
            return Problem("unwanted", self.url) if self.url else None
        if not self.url:
            return Problem("not_set")
        if self.url != wanted:
            return Problem("elsewhere", self.url)
        missing = sorted(set(kinds) - self.kinds)
        if missing:
            return Problem("kinds", ", ".join(missing))
        fresh = self.error_at is not None and clock.now() - self.error_at < FRESH
        return self.last_error() if fresh and self.pending else None


def said(error: str) -> Problem:
    """Telegram's word on a failed delivery, understood."""
    known = error.lower()
    code = next((code for sign, code in _SIGNS if sign in known), "other")
    return Problem(code, error if code == "other" else "")


async def register(api: BotApi, kinds: Sequence[str], *, drop: bool = False) -> Answer:
    """Have Telegram send updates of these kinds to TELEGRAM_WEBHOOK_URL. Raises NotDelivered and Doubtful."""
    params = {
        "url": settings.TELEGRAM_WEBHOOK_URL,
        "secret_token": settings.TELEGRAM_WEBHOOK_SECRET,
        "allowed_updates": list(kinds),
        "max_connections": settings.TELEGRAM_WEBHOOK_CONNECTIONS,
        "drop_pending_updates": drop,
    }
    return await api.call("setWebhook", params, timeout=20)


class Watch:
    """Asks Telegram now and then whether the webhook works, because silence alone may mean that nobody wrote."""

    def __init__(self, api: BotApi, beat: Callable[[Beat], object], kinds: Sequence[str]) -> None:
        self._api, self._beat, self._kinds = api, beat, kinds
        self._told = ""

    async def run(self) -> None:
        """Watch for ever; the health page says what is wrong, and the log says it once."""
        while True:
            wrong = await self._look()
            self._beat(Beat(health.POLLER, good=not wrong, detail=wrong))
            if wrong != self._told:
                log.warning("webhook: %s", wrong or "all is well again")
                self._told = wrong
            await asyncio.sleep(WATCH_SECONDS)

    async def _look(self) -> str:
        try:
            answer = await self._api.call("getWebhookInfo", {}, timeout=15)
        except (NotDelivered, Doubtful) as error:
            return str(error)
        if not answer.ok or not isinstance(answer.result, dict):
            return f"{answer.code} {answer.description}"
        found = Registration.read(answer.result).problem(settings.TELEGRAM_WEBHOOK_URL, self._kinds)
        return found.sentence(settings.LANGUAGE_CODE) if found else ""
