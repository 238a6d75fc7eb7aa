"""Operations in which fake people act."""

import base64
from typing import Any

from yabot.sandbox.control.registry import operation
from yabot.sandbox.people import pressing, reacting, writing
from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.people.lookup import chat_named, message_named, user_named
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.files import new_file


@operation
def start(tg: Telegram, user_id: int, payload: str | None = None) -> JSON:
    """Press START, possibly through a deep link."""
    return writing.start(tg, user_id, payload).seen()


@operation
def say(tg: Telegram, user_id: int, chat_id: int, text: str, **options: Any) -> JSON:
    """Write a text; ``reply_to`` and ``entities`` are optional."""
    return writing.say(tg, user_id, chat_id, text, **options).seen()


@operation
def say_many(tg: Telegram, messages: list[JSON]) -> list[int]:
    """Many people write at once; tells the message ids."""
    return [writing.say(tg, **message).id for message in messages]


@operation
def post(tg: Telegram, channel_id: int, text: str, as_user: int | None = None) -> JSON:
    """A person who may posts in the channel: the given one, or its owner."""
    channel = chat_named(tg, channel_id)
    if as_user is None:
        posters = [user_id for user_id, member in channel.members.items() if member.may("can_post_messages")]
        as_user = next((user_id for user_id in posters if user_id != tg.bot.id), None)
    if as_user is None:
        raise Impossible(f"no person may post in the channel {channel_id}")
    return writing.say(tg, as_user, channel_id, text).seen()


@operation
def edit(tg: Telegram, user_id: int, chat_id: int, message_id: int, text: str) -> JSON:
    """Change a text."""
    return writing.edit(tg, user_id, chat_id, message_id, text).seen()


@operation
def delete(tg: Telegram, user_id: int, chat_id: int, message_id: int) -> bool:
    """Delete a message."""
    return writing.delete(tg, user_id, chat_id, message_id)


@operation
def send_file(
    tg: Telegram,
    user_id: int,
    chat_id: int,
    body: str,
    kind: str = "photo",
    name: str | None = None,
    mime_type: str | None = None,
    caption: str = "",
    reply_to: int | None = None,
) -> JSON:
    """Send a picture or document; ``body`` is base64."""
    if kind not in {"photo", "document"}:
        raise Impossible("a file is sent as photo or document")
    number = len(tg.world.paths) + 1
    file = new_file(base64.b64decode(body), kind=kind, number=number, name=name, mime_type=mime_type)
    if kind == "photo" and not file.width:
        raise Impossible("this is not a picture")
    tg.world.add_file(file)
    return writing.send_file(tg, user_id, chat_id, file, caption, reply_to).seen()


@operation
async def press(tg: Telegram, user_id: int, chat_id: int, message_id: int, button: str, timeout: float = 5.0) -> JSON:
    """Press an inline button by data or label and wait for the answer."""
    return await pressing.press(tg, user_id, chat_id, message_id, button, timeout)


@operation
async def react(tg: Telegram, user_id: int, chat_id: int, message_id: int, emoji: str | None = None) -> JSON:
    """React, or take the reaction back."""
    return reacting.react(tg, user_id, chat_id, message_id, emoji).seen()


@operation
def view(tg: Telegram, user_id: int, chat_id: int, message_ids: list[int]) -> bool:
    """Somebody looks at channel posts; each person counts once."""
    user, chat = user_named(tg, user_id), chat_named(tg, chat_id)
    for message_id in message_ids:
        message = message_named(chat, message_id)
        if user.id not in message.views:
            message.views.add(user.id)
            tg.touch(chat, message)
    return True
