"""The parts every sent message shares: head, text, caption, reply, keyboards."""

from typing import Any

from yabot.sandbox.botapi.markup import read_markup
from yabot.sandbox.botapi.params import Params
from yabot.sandbox.people.channels import forward_to_discussion
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.text.formatting import formatted
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.messages import Message

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def head(tg: Telegram, chat: Chat, params: Params) -> JSON:
    """Who speaks, in reply to what, and whether it may be passed on."""
    if chat.type == "channel":
        data: JSON = {"sender_chat": chat.json}
    else:
        data = {"from": tg.bot.json}
    if params.values.get("reply_parameters") or params.values.get("reply_to_message_id"):
        _reply(tg, chat, params, data)
    elif params.values.get("message_thread_id"):
        data["message_thread_id"] = params.integer("message_thread_id")
    if chat.protected or params.flag("protect_content"):
        data["has_protected_content"] = True
    if params.values.get("message_effect_id") and chat.type == "private":
        data["effect_id"] = params.text("message_effect_id")
    return data


def _reply(tg: Telegram, chat: Chat, params: Params, data: JSON) -> None:
    reply: Any = params.object("reply_parameters") or {
        "message_id": params.integer("reply_to_message_id"),
        "allow_sending_without_reply": params.flag("allow_sending_without_reply"),
    }
    if not isinstance(reply, dict):
        raise bad_request("object expected as reply parameters")
    message = chat.messages.get(int(reply.get("message_id") or 0))
    if message is None:
        if reply.get("allow_sending_without_reply"):
            return
        raise bad_request("message to be replied not found")
    add_reply(chat, data, message)


def add_reply(chat: Chat, data: JSON, message: Message) -> None:
    """Mark the new message as an answer, inside the thread of a channel post if it is one."""
    data["reply_to_message"] = {
        name: value for name, value in message.data.items() if name not in {"reply_to_message", "reply_markup"}
    }
    thread = message.data.get("message_thread_id") or (message.id if message.data.get("is_automatic_forward") else None)
    if thread and chat.type == "supergroup":
        data["message_thread_id"] = thread


def text_content(tg: Telegram, params: Params, too_long: str = "message is too long") -> JSON:
    """The checked ``text`` and its entities."""
    source = params.text("text")
    if not source:
        raise bad_request("message text is empty")
    text, entities = formatted(source, params.text("parse_mode"), params.object("entities"))
    if not text:
        raise bad_request("message text is empty")
    if len(text) > TEXT_LIMIT:
        raise bad_request(too_long)
    return {"text": text, "entities": _named(tg, entities)} if entities else {"text": text}


def caption_content(tg: Telegram, params: Params) -> JSON:
    """The checked ``caption`` and its entities; empty when there is none."""
    source = params.text("caption")
    if not source:
        return {}
    text, entities = formatted(source, params.text("parse_mode"), params.object("caption_entities"))
    if len(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": _named(tg, entities)} if entities else {"caption": text}


def _named(tg: Telegram, entities: list[JSON]) -> list[JSON]:
    named = []
    for item in entities:
        if item["type"] != "text_mention":
            named.append(item)
        elif person := tg.world.person(int(item["user"]["id"])):
            named.append({**item, "user": person})
    return named


def publish(tg: Telegram, chat: Chat, params: Params, content: JSON) -> Message:
    """Send the bot's message; its channel posts also reach the discussion group."""
    data = head(tg, chat, params)
    inline, keyboard = read_markup(params)
    data |= content
    if inline:
        data["reply_markup"] = inline
    message = tg.post(chat, data, keyboard)
    if chat.type == "channel":
        message.by_bot = True
        forward_to_discussion(tg, chat, message)
    return message
