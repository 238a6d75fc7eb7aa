"""sendMessage and the typing indicator."""

from yabot.sandbox.botapi.content import publish, text_content
from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.botapi.targets import chat_of, chat_to_write
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON

CHAT_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)


@method("sendMessage")
def send_message(tg: Telegram, params: Params) -> JSON:
    """Write a text into a chat."""
    chat = chat_to_write(tg, params)
    return publish(tg, chat, params, text_content(tg, params)).data


@method("sendChatAction")
def send_chat_action(tg: Telegram, params: Params) -> bool:
    """Show what the bot is doing."""
    chat = chat_of(tg, params)
    action = params.text("action")
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    tg.feed.publish("action", {"chat_id": chat.id, "action": action})
    return True
