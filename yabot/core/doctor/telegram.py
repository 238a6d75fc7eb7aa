"""Telegram: the token, the clock, the way updates come, and the bot's rights wherever it is."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yabot.core import clock
from yabot.core.doctor import chats
from yabot.core.doctor.diagnosis import Diagnosis, broken, warning, well
from yabot.core.models import TelegramChat
from yabot.core.redaction import redact
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered
from yabot.core.telegram.registration import Registration

PATIENCE = 10.0
SKEW_NOTED, SKEW_WRONG = 10.0, 120.0  # seconds
MANY_PENDING = 1_000


@dataclass(frozen=True, slots=True)
class Greeting:
    """What getMe said, and what time it was there."""

    answer: Answer
    there: datetime | None
    here: datetime


def examine(known: Sequence[TelegramChat], kinds: Sequence[str]) -> list[Diagnosis]:
    """Ask Telegram about everything; ``known`` are the chats the bot is in, ``kinds`` the updates it wants."""
    return asyncio.run(_examine(known, kinds)) if settings.TELEGRAM_TOKEN else []


async def _examine(known: Sequence[TelegramChat], kinds: Sequence[str]) -> list[Diagnosis]:
    api = BotApi(token=settings.TELEGRAM_TOKEN, base_url=settings.TELEGRAM_API_URL, connections=10)
    try:
        greeting = await greet(api)
        if not greeting.answer.ok:
            return [refused(greeting.answer)]
        me = dict(greeting.answer.result)
        way, rights = await asyncio.gather(_way(api, kinds), chats.examine(api, int(me["id"]), known))
        token = well("token", _("El token es de @%s.") % me.get("username"))
        return [token, *time(greeting), *way, *rights, *privacy(me, known)]
    except (aiohttp.ClientError, TimeoutError, OSError, NotDelivered, Doubtful) as error:
        what = _("No se llega a Telegram: %s") % redact(str(error) or type(error).__name__)
        return [broken("telegram", what, _("Comprueba la red, el cortafuegos y TELEGRAM_API_URL."))]
    finally:
        await api.close()


async def greet(api: BotApi) -> Greeting:
    """getMe, with the time the answer carries. Raises like aiohttp."""
    address = f"{settings.TELEGRAM_API_URL}{settings.TELEGRAM_TOKEN}/getMe"
    async with asyncio.timeout(PATIENCE), api.session.get(address) as response:
        here = clock.now()
        answer = Answer.read(response.status, await response.read())
        date = response.headers.get("Date")
    if answer is None:
        raise Doubtful(f"HTTP {response.status}")
    try:
        return Greeting(answer, parsedate_to_datetime(date) if date else None, here)
    except ValueError:
        return Greeting(answer, None, here)


def refused(answer: Answer) -> Diagnosis:
    """Telegram does not want this token."""
    if answer.code in {401, 404}:
        what = _("Telegram no conoce este token.")
        return broken("token", what, _("Copia el token de @BotFather en TELEGRAM_TOKEN; si se filtró, pide otro."))
    what = _("Telegram se niega: %s") % f"{answer.code} {answer.description}"
    return broken("token", what, _("Espera unos minutos y vuelve a mirar."))


def time(greeting: Greeting) -> Iterator[Diagnosis]:
    """How far this machine's clock is from Telegram's."""
    if greeting.there is None:
        return
    skew = (greeting.here - greeting.there).total_seconds()
    what = _("El reloj de esta máquina va %d s desviado del de Telegram.") % abs(skew)
    cure = _("Pon el reloj en hora por red: timedatectl set-ntp true")
    if abs(skew) >= SKEW_WRONG:
        yield broken("clock", what, cure)
    elif abs(skew) >= SKEW_NOTED:
        yield warning("clock", what, cure)
    else:
        yield well("clock", _("El reloj va en hora."))


async def _way(api: BotApi, kinds: Sequence[str]) -> list[Diagnosis]:
    answer = await api.call("getWebhookInfo", {}, timeout=PATIENCE)
    if not answer.ok or not isinstance(answer.result, dict):
        return [refused(answer)]
    return [*way(Registration.read(answer.result), kinds)]


def way(found: Registration, kinds: Sequence[str]) -> Iterator[Diagnosis]:
    """Whether updates come the way the settings say: by webhook or by polling."""
    problem = found.problem(settings.TELEGRAM_WEBHOOK_URL, kinds)
    if problem is not None:
        language = "en" if (get_language() or "").startswith("en") else "es"
        yield broken("updates", problem.sentence(language), "")
    elif found.url:
        yield well("updates", _("Telegram entrega por webhook en %s.") % found.url)
    else:
        yield well("updates", _("El bot pregunta él mismo a Telegram (sin webhook)."))
    if found.pending >= MANY_PENDING:
        what = _("%d actualizaciones esperan en Telegram.") % found.pending
        yield warning("updates", what, _("Arranca el bot: Telegram las guarda 24 horas como mucho."))


def privacy(me: dict[str, Any], known: Sequence[TelegramChat]) -> Iterator[Diagnosis]:
    """What @BotFather's switches mean for the groups the bot is in."""
    if me.get("can_join_groups") is False:
        what = _("El bot no puede entrar en grupos.")
        yield warning("groups", what, _("En @BotFather: /setjoingroups → Enable."))
    simple = [chat for chat in known if chat.type != "channel" and chat.bot_status == "member"]
    if simple and not me.get("can_read_all_group_messages"):
        what = _("Con el modo privado puesto y sin ser administrador, el bot casi no ve mensajes en «%s».") % simple[0]
        yield warning("privacy", what, _("Hazlo administrador, o en @BotFather: /setprivacy → Disable."))
