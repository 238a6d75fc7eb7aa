"""People write, edit and delete messages."""

import re
from typing import Any

from yabot.sandbox.people.channels import count_comment, follow_edit, forward_to_discussion
from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.people.lookup import chat_of_user, message_named, user_named
from yabot.sandbox.people.membership import unblock_bot
from yabot.sandbox.people.messages import remove
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.text.detection import detect, with_detected
from yabot.sandbox.text.utf16 import utf16_slice
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.files import StoredFile
from yabot.sandbox.world.messages import Message
from yabot.sandbox.world.people import User

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def start(tg: Telegram, user_id: int, payload: str | None = None) -> Message:
    """Open the bot and press START, possibly through a deep link. A blocked bot is unblocked by it."""
    if payload is not None and not PAYLOAD.fullmatch(payload):
        raise Impossible("a deep link payload is 1-64 characters of A-Z a-z 0-9 _ -")
    user = user_named(tg, user_id)
    unblock_bot(tg, user.id)
    return say(tg, user.id, user.id, f"/start {payload}" if payload else "/start")


def say(
    tg: Telegram,
    user_id: int,
    chat_id: int,
    text: str,
    *,
    reply_to: int | None = None,
    entities: list[JSON] | None = None,
) -> Message:
    """Write a text; in a channel this is a post of an administrator."""
    text = text.strip()
    if not 1 <= len(text) <= TEXT_LIMIT:
        raise Impossible(f"a message has 1-{TEXT_LIMIT} characters, this one {len(text)}")
    found = with_detected(text, entities or [])
    content: JSON = {"text": text, "entities": found} if found else {"text": text}
    return write(tg, user_id, chat_id, content, reply_to=reply_to)


def send_file(
    tg: Telegram, user_id: int, chat_id: int, file: StoredFile, caption: str = "", reply_to: int | None = None
) -> Message:
    """Send a picture or file."""
    if len(caption) > CAPTION_LIMIT:
        raise Impossible(f"a caption has at most {CAPTION_LIMIT} characters")
    content: JSON = {"photo": file.as_photo()} if file.kind == "photo" else {"document": file.as_document()}
    if caption:
        content["caption"] = caption
        if found := detect(caption):
            content["caption_entities"] = found
    return write(tg, user_id, chat_id, content, reply_to=reply_to)


def write(tg: Telegram, user_id: int, chat_id: int, content: JSON, *, reply_to: int | None = None) -> Message:
    """Put a person's message into the chat and tell the bot, if it may see it."""
    user = user_named(tg, user_id)
    chat = chat_of_user(tg, user, chat_id)
    _check_writable(tg, user, chat)
    if chat.type == "channel":
        return _write_post(tg, user, chat, content)
    data: JSON = {"from": user.json, **content}
    if chat.protected:
        data["has_protected_content"] = True
    if reply_to is not None:
        _answer(chat, data, message_named(chat, reply_to))
    message = tg.post(chat, data)
    if thread := data.get("message_thread_id"):
        count_comment(tg, chat, thread)
    if bot_sees(tg, chat, message.data):
        tg.update("message", message.data)
    return message


def _check_writable(tg: Telegram, user: User, chat: Chat) -> None:
    if chat.type == "private":
        if chat.members[tg.bot.id].status == "kicked":
            raise Impossible(f"{user.first_name} has blocked the bot")
        chat.opened = True
    elif chat.type == "channel" and not chat.members[user.id].may("can_post_messages"):
        raise Impossible(f"{user.first_name} may not post in the channel")


def _write_post(tg: Telegram, user: User, channel: Chat, content: JSON) -> Message:
    data: JSON = {"sender_chat": channel.json, **content}
    if channel.protected:
        data["has_protected_content"] = True
    post = tg.post(channel, data)
    post.views.add(user.id)
    if channel.member(tg.bot.id):
        tg.update("channel_post", post.data)
    forward_to_discussion(tg, channel, post)
    return post


def _answer(chat: Chat, data: JSON, message: Message) -> None:
    data["reply_to_message"] = {name: value for name, value in message.data.items() if name != "reply_to_message"}
    thread = message.data.get("message_thread_id") or (message.id if message.data.get("is_automatic_forward") else None)
    if thread:
        data["message_thread_id"] = thread


def bot_sees(tg: Telegram, chat: Chat, data: JSON) -> bool:
    """Whether Telegram shows the message to the bot: its privacy mode is on, as it is by default."""
    if chat.type == "private" or tg.administers(chat):
        return True
    if chat.member(tg.bot.id) is None:
        return False
    if (data.get("reply_to_message") or {}).get("from", {}).get("id") == tg.bot.id:
        return True
    return any(_addresses_bot(tg, data["text"], entity) for entity in data.get("entities", ()) if "text" in data)


def _addresses_bot(tg: Telegram, text: str, entity: Any) -> bool:
    piece = utf16_slice(text, entity["offset"], entity["length"])
    if entity["type"] == "bot_command":
        name = piece.partition("@")[2]
        return not name or name.lower() == tg.bot.username.lower()
    return entity["type"] == "mention" and piece[1:].lower() == tg.bot.username.lower()


def edit(tg: Telegram, user_id: int, chat_id: int, message_id: int, text: str) -> Message:
    """Change one's own text, or a post one may edit."""
    user = user_named(tg, user_id)
    chat = chat_of_user(tg, user, chat_id)
    message = message_named(chat, message_id)
    own = message.data.get("from", {}).get("id") == user.id
    if not own and not (chat.type == "channel" and chat.members[user.id].may("can_edit_messages")):
        raise Impossible(f"{user.first_name} may not edit this message")
    if "text" not in message.data:
        raise Impossible("this message has no text")
    found = detect(text)
    content: JSON = {"text": text, "entities": found} if found else {"text": text}
    kept = {name: value for name, value in message.data.items() if name not in {"text", "entities"}}
    message.data = {**kept, "edit_date": tg.clock.now(), **content}
    message.rewritten = True
    tg.touch(chat, message)
    if chat.type == "channel":
        follow_edit(tg, chat, message)
        tg.update("edited_channel_post", message.data)
    elif bot_sees(tg, chat, message.data):
        tg.update("edited_message", message.data)
    return message


def delete(tg: Telegram, user_id: int, chat_id: int, message_id: int) -> bool:
    """Delete one's own message, any message of a private chat, or as an administrator."""
    user = user_named(tg, user_id)
    chat = chat_of_user(tg, user, chat_id)
    message = message_named(chat, message_id)
    own = message.data.get("from", {}).get("id") == user.id
    if not own and chat.type != "private" and not chat.members[user.id].may("can_delete_messages"):
        raise Impossible(f"{user.first_name} may not delete this message")
    return remove(tg, chat, message)
