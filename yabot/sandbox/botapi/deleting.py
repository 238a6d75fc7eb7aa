"""Deleting and pinning messages."""

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.botapi.targets import chat_of, deletion_problem, message_of, require
from yabot.sandbox.people.messages import remove
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.world.chats import Chat

NO_PIN = "not enough rights to manage pinned messages in the chat"


@method("deleteMessage")
def delete_message(tg: Telegram, params: Params) -> bool:
    """Delete one message."""
    chat = chat_of(tg, params)
    message = message_of(chat, params, "delete")
    if problem := deletion_problem(tg, chat, message):
        raise problem
    return remove(tg, chat, message)


@method("deleteMessages")
def delete_messages(tg: Telegram, params: Params) -> bool:
    """Delete what can be found of several messages; missing ones are skipped."""
    chat = chat_of(tg, params)
    numbers = params.object("message_ids")
    if not isinstance(numbers, list) or not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")
    messages = [chat.messages[number] for number in numbers if number in chat.messages]
    for message in messages:
        if problem := deletion_problem(tg, chat, message):
            raise problem
    for message in messages:
        remove(tg, chat, message)
    return True


@method("pinChatMessage")
def pin_chat_message(tg: Telegram, params: Params) -> bool:
    """Pin a message on top of the chat."""
    chat = _pinnable(tg, params)
    message = message_of(chat, params, "pin")
    if message.id not in chat.pinned:
        chat.pinned.append(message.id)
        pinned = {name: value for name, value in message.data.items() if name != "reply_to_message"}
        author = {"sender_chat": chat.json} if chat.type == "channel" else {"from": tg.bot.json}
        tg.post(chat, {**author, "pinned_message": pinned})
        tg.changed()
    return True


@method("unpinChatMessage")
def unpin_chat_message(tg: Telegram, params: Params) -> bool:
    """Unpin one message, or the newest pinned one."""
    chat = _pinnable(tg, params)
    number = params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    tg.changed()
    return True


@method("unpinAllChatMessages")
def unpin_all_chat_messages(tg: Telegram, params: Params) -> bool:
    """Unpin everything."""
    _pinnable(tg, params).pinned.clear()
    tg.changed()
    return True


def _pinnable(tg: Telegram, params: Params) -> Chat:
    chat = chat_of(tg, params)
    if chat.type != "private":
        require(tg, chat, "can_edit_messages" if chat.type == "channel" else "can_pin_messages", NO_PIN)
    return chat
