"""The bot's rights in every group and channel it is in."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yabot.core.chains import Text
from yabot.core.doctor.diagnosis import Diagnosis, broken, warning, well
from yabot.core.models import TelegramChat
from yabot.core.telegram.client import Answer, BotApi

PATIENCE = 10.0
AT_ONCE = 8
RIGHTS: dict[str, Text] = {
    "can_post_messages": gettext_lazy("publicar"),
    "can_edit_messages": gettext_lazy("editar"),
    "can_delete_messages": gettext_lazy("borrar"),
    "can_invite_users": gettext_lazy("invitar"),
}
ONLY_IN_CHANNELS = {"can_post_messages", "can_edit_messages"}


async def examine(api: BotApi, bot_id: int, known: Sequence[TelegramChat]) -> list[Diagnosis]:
    """A line for each chat with trouble, and one for all the others. Raises NotDelivered and Doubtful."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(chat: TelegramChat) -> Diagnosis | None:
        async with gate:
            answer = await api.call("getChatMember", {"chat_id": chat.pk, "user_id": bot_id}, timeout=PATIENCE)
        return judge(chat, answer)

    found = [diagnosis for diagnosis in await asyncio.gather(*map(look, known)) if diagnosis is not None]
    good = len(known) - len(found)
    if good:
        found.append(well("chats", _("Grupos y canales donde el bot puede todo lo que necesita: %d.") % good))
    return found


def judge(chat: TelegramChat, answer: Answer) -> Diagnosis | None:
    """What is wrong with the bot's place in ``chat``; None when nothing is."""
    part, member = f"chat {chat.pk}", answer.result if isinstance(answer.result, dict) else {}
    if not answer.ok:
        what = _("«%(chat)s» no se puede mirar: %(why)s") % {"chat": chat, "why": answer.description}
        return warning(part, what, _("Comprueba que el bot sigue dentro, como administrador."))
    if member.get("status") in {"left", "kicked"}:
        what = _("El bot ya no está en «%s».") % chat
        return warning(part, what, _("Vuelve a añadirlo como administrador, si lo quieres allí."))
    if member.get("status") not in {"administrator", "creator"}:
        what = _("En «%s» el bot no es administrador: no ve las reacciones ni puede cuidar el sitio.") % chat
        return broken(part, what, _("Hazlo administrador: perfil del grupo o canal → Administradores → Añadir."))
    return _rights(part, chat, member)


def _rights(part: str, chat: TelegramChat, member: Mapping[str, Any]) -> Diagnosis | None:
    if member.get("status") == "creator":
        return None
    wanted = [right for right in RIGHTS if chat.type == "channel" or right not in ONLY_IN_CHANNELS]
    missing = [str(RIGHTS[right]) for right in wanted if not member.get(right)]
    if not missing:
        return None
    what = _("En «%(chat)s» al bot le falta permiso para: %(rights)s.") % {"chat": chat, "rights": ", ".join(missing)}
    return warning(part, what, _("Dáselo en Administradores → el bot."))
