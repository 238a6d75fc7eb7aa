"""People react: by name in groups, as anonymous totals on channel posts, unseen by the bot elsewhere."""

import asyncio

from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.people.lookup import chat_of_user, message_named, user_named
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.emoji import as_sent, is_reaction
from yabot.sandbox.world.messages import Message
from yabot.sandbox.world.people import User


def react(tg: Telegram, user_id: int, chat_id: int, message_id: int, emoji: str | None) -> Message:
    """Set one's reaction, or take it back with None. The bot hears of it only as an administrator."""
    user = user_named(tg, user_id)
    chat = chat_of_user(tg, user, chat_id)
    message = message_named(chat, message_id)
    if emoji is not None and not is_reaction(emoji):
        raise Impossible(f"{emoji!r} is not a reaction Telegram offers")
    old = message.reactions.get(user.id, [])
    new = [as_sent(emoji)] if emoji else []
    if old == new:
        return message
    if new:
        message.reactions[user.id] = new
    else:
        message.reactions.pop(user.id, None)
    tg.touch(chat, message)
    if tg.administers(chat):
        _tell_bot(tg, chat, message, user, old, new)
    return message


def _tell_bot(tg: Telegram, chat: Chat, message: Message, user: User, old: list[str], new: list[str]) -> None:
    if chat.type == "channel":
        _count_later(tg, chat, message)
        return
    tg.update(
        "message_reaction",
        {
            "chat": chat.json,
            "message_id": message.id,
            "user": user.json,
            "date": tg.clock.now(),
            "old_reaction": _types(old),
            "new_reaction": _types(new),
        },
    )


def _types(emojis: list[str]) -> list[JSON]:
    return [{"type": "emoji", "emoji": emoji} for emoji in emojis]


def _count_later(tg: Telegram, chat: Chat, message: Message) -> None:
    key = (chat.id, message.id)
    if key not in tg.counting:
        loop = asyncio.get_running_loop()
        tg.counting[key] = loop.call_later(tg.reaction_delay, _send_count, tg, chat, message)


def _send_count(tg: Telegram, chat: Chat, message: Message) -> None:
    tg.counting.pop((chat.id, message.id), None)
    tg.update(
        "message_reaction_count",
        {"chat": chat.json, "message_id": message.id, "date": tg.clock.now(), "reactions": message.counts()},
    )
