"""Deleting, for everybody who may."""

from yabot.sandbox.telegram import Telegram
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.messages import Message


def remove(tg: Telegram, chat: Chat, message: Message) -> bool:
    """Delete the message for everybody. Bots get no update about it, as in Telegram."""
    del chat.messages[message.id]
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    tg.world.revision += 1
    chat.revision = tg.world.revision
    tg.feed.wake(chat.id)
    tg.feed.publish("deleted", {"chat_id": chat.id, "message_id": message.id})
    return True
