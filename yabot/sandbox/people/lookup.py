"""Finding the people, chats and messages a control call names."""

from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.messages import Message
from yabot.sandbox.world.people import User


def user_named(tg: Telegram, user_id: int) -> User:
    """The user. Raises ``Impossible`` when there is none."""
    if (user := tg.world.users.get(user_id)) is None:
        raise Impossible(f"there is no user {user_id}")
    return user


def chat_named(tg: Telegram, chat_id: int) -> Chat:
    """The chat. Raises ``Impossible`` when there is none."""
    if (chat := tg.world.chats.get(chat_id)) is None:
        raise Impossible(f"there is no chat {chat_id}")
    return chat


def chat_of_user(tg: Telegram, user: User, chat_id: int) -> Chat:
    """The chat as this user knows it: the bot's id means their private chat with it."""
    chat = chat_named(tg, user.id if chat_id == tg.bot.id else chat_id)
    if chat.member(user.id) is None:
        raise Impossible(f"{user.first_name} is not in the chat {chat.id}")
    return chat


def message_named(chat: Chat, message_id: int) -> Message:
    """The message. Raises ``Impossible`` when it was deleted or never there."""
    if (message := chat.messages.get(message_id)) is None:
        raise Impossible(f"there is no message {message_id} in the chat {chat.id}")
    return message
