"""The bot's own reactions."""

from typing import Any

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.botapi.targets import chat_of, message_of
from yabot.sandbox.refusals import bad_request, not_modelled
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.world.emoji import as_sent, is_reaction


@method("setMessageReaction")
def set_message_reaction(tg: Telegram, params: Params) -> bool:
    """React to a message, or take the reaction back. A bot has at most one."""
    chat = chat_of(tg, params)
    message = message_of(chat, params, "react")
    emojis = [_emoji(item) for item in params.object("reaction") or []]
    if len(emojis) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if emojis:
        message.reactions[tg.bot.id] = emojis
    else:
        message.reactions.pop(tg.bot.id, None)
    tg.touch(chat, message)
    return True


def _emoji(item: Any) -> str:
    if not isinstance(item, dict) or "type" not in item:
        raise bad_request("can't parse reaction types: type is not specified")
    if item["type"] != "emoji":
        raise not_modelled(f"reactions of type {item['type']}")
    if not is_reaction(item.get("emoji")):
        raise bad_request("REACTION_INVALID")
    return as_sent(str(item["emoji"]))
