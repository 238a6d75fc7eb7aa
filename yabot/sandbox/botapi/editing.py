"""Edits of the bot's messages. An edit without a keyboard takes the old keyboard away, as in Telegram."""

from yabot.sandbox.botapi.content import caption_content, text_content
from yabot.sandbox.botapi.markup import read_markup
from yabot.sandbox.botapi.media import media_content
from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.botapi.targets import chat_of, is_own, message_of
from yabot.sandbox.people.channels import follow_edit
from yabot.sandbox.refusals import bad_request, not_modelled
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.messages import Message

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)
CONTENT = frozenset({"text", "entities", "caption", "caption_entities", "photo", "document"})
CAPTION = frozenset({"caption", "caption_entities"})


@method("editMessageText")
def edit_message_text(tg: Telegram, params: Params) -> JSON:
    """Replace the text."""
    chat, message = _editable(tg, params)
    content = text_content(tg, params, too_long="MESSAGE_TOO_LONG")
    if "text" not in message.data:
        raise bad_request("there is no text in the message to edit")
    return _rewrite(tg, chat, message, params, content, CONTENT)


@method("editMessageCaption")
def edit_message_caption(tg: Telegram, params: Params) -> JSON:
    """Replace or remove the caption."""
    chat, message = _editable(tg, params)
    content = caption_content(tg, params)
    if "text" in message.data:
        raise bad_request("there is no caption in the message to edit")
    return _rewrite(tg, chat, message, params, content, CAPTION)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(tg: Telegram, params: Params) -> JSON:
    """Replace or remove the inline keyboard."""
    chat, message = _editable(tg, params)
    return _rewrite(tg, chat, message, params, {}, frozenset())


@method("editMessageMedia")
def edit_message_media(tg: Telegram, params: Params) -> JSON:
    """Replace the picture or file together with its caption."""
    chat, message = _editable(tg, params)
    content = media_content(tg, params, params.object("media"))
    return _rewrite(tg, chat, message, params, content, CONTENT)


def _editable(tg: Telegram, params: Params) -> tuple[Chat, Message]:
    if params.values.get("inline_message_id"):
        raise not_modelled("inline messages")
    chat = chat_of(tg, params)
    message = message_of(chat, params, "edit")
    editor = chat.type == "channel" and chat.members[tg.bot.id].may("can_edit_messages")
    if not (is_own(tg, message) or editor) or "forward_origin" in message.data:
        raise bad_request("message can't be edited")
    return chat, message


def _rewrite(
    tg: Telegram, chat: Chat, message: Message, params: Params, content: JSON, replaced: frozenset[str]
) -> JSON:
    inline, _ = read_markup(params)
    before = {name: value for name, value in message.data.items() if name in replaced or name == "reply_markup"}
    after = {**content, "reply_markup": inline} if inline else content
    if before == after:
        raise bad_request(NOT_MODIFIED)
    kept = {name: value for name, value in message.data.items() if name not in before}
    message.data = {**kept, "edit_date": tg.clock.now(), **after}
    message.rewritten = message.rewritten or bool(replaced)
    tg.touch(chat, message)
    if chat.type == "channel":
        follow_edit(tg, chat, message)
    return message.data
