"""Forwards and copies; protected messages allow neither."""

from yabot.sandbox.botapi.content import caption_content, publish
from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.botapi.targets import chat_of, chat_to_write, message_of
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.messages import Message

CARRIED = ("text", "entities", "photo", "document", "caption", "caption_entities", "has_media_spoiler")


@method("forwardMessage")
def forward_message(tg: Telegram, params: Params) -> JSON:
    """Send the message on, with its origin."""
    chat, message = chat_to_write(tg, params), _source(tg, params, "forward")
    if message.protected:
        raise bad_request("message has protected content and can't be forwarded")
    content = {**_carried(message, "forwarded"), "forward_origin": origin(message)}
    return publish(tg, chat, _without_keyboard(params), content).data


@method("copyMessage")
def copy_message(tg: Telegram, params: Params) -> JSON:
    """Send the same content as a message of the bot's own, with another caption if one is given."""
    chat, message = chat_to_write(tg, params), _source(tg, params, "copy")
    if message.protected:
        raise bad_request("message can't be copied")
    content = _carried(message, "copied")
    if params.values.get("caption") is not None and "text" not in message.data:
        content = {name: value for name, value in content.items() if not name.startswith("caption")}
        content |= caption_content(tg, params)
    return {"message_id": publish(tg, chat, params, content).id}


def origin(message: Message) -> JSON:
    """The MessageOrigin of a forwarded message: the first author stays the author."""
    data = message.data
    if "forward_origin" in data:
        return dict(data["forward_origin"])
    if data["chat"]["type"] == "channel":
        return {"type": "channel", "date": data["date"], "chat": data["chat"], "message_id": message.id}
    if "sender_chat" in data:
        return {"type": "chat", "date": data["date"], "sender_chat": data["sender_chat"]}
    return {"type": "user", "date": data["date"], "sender_user": data["from"]}


def _source(tg: Telegram, params: Params, verb: str) -> Message:
    return message_of(chat_of(tg, params, "from_chat_id"), params, verb)


def _carried(message: Message, verb: str) -> JSON:
    content = {name: message.data[name] for name in CARRIED if name in message.data}
    if not content:
        raise bad_request(f"message can't be {verb}")
    return content


def _without_keyboard(params: Params) -> Params:
    return Params({name: value for name, value in params.values.items() if name != "reply_markup"})
