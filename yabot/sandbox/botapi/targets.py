"""Finding the chat or message a call means, and refusing it in Telegram's words."""

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.refusals import Refusal, bad_request, forbidden
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.messages import Message

DELETABLE_SECONDS = 48 * 3600


def chat_of(tg: Telegram, params: Params, name: str = "chat_id") -> Chat:
    """The chat the bot can see under this parameter. Raises ``Refusal`` when there is none."""
    given = params.values.get(name)
    if given is None or given == "":
        raise bad_request(f"{name} is empty")
    chat = _find(tg, given)
    if chat is None:
        raise bad_request("chat not found")
    if chat.type == "private":
        _check_private(tg, chat)
    elif tg.bot.id not in chat.members:
        raise bad_request("chat not found")
    else:
        _check_presence(tg, chat)
    return chat


def _find(tg: Telegram, given: object) -> Chat | None:
    if isinstance(given, str) and given.startswith("@"):
        return tg.world.by_username(given[1:])
    try:
        return tg.world.chats.get(int(str(given)))
    except ValueError:
        return None


def _check_private(tg: Telegram, chat: Chat) -> None:
    if not chat.opened:
        raise forbidden("bot can't initiate conversation with a user")
    if chat.members[tg.bot.id].status == "kicked":
        raise forbidden("bot was blocked by the user")


def _check_presence(tg: Telegram, chat: Chat) -> None:
    status = chat.members[tg.bot.id].status
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.noun}")
    if status == "left":
        raise forbidden(f"bot is not a member of the {chat.noun}")


def chat_to_write(tg: Telegram, params: Params) -> Chat:
    """The chat, when the bot may write there."""
    chat = chat_of(tg, params)
    if chat.type == "channel":
        if not tg.administers(chat):
            raise bad_request("need administrator rights in the channel chat")
        require(tg, chat, "can_post_messages", "not enough rights to post messages in the chat")
    return chat


def require(tg: Telegram, chat: Chat, right: str, refusal: str) -> None:
    """Refuse unless the bot has the right in this chat."""
    if not chat.members[tg.bot.id].may(right):
        raise bad_request(refusal)


def message_of(chat: Chat, params: Params, verb: str, name: str = "message_id") -> Message:
    """The message, or ``message to <verb> not found``."""
    message_id = params.integer(name)
    if message_id is None:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request(f"message to {verb} not found")
    return message


def is_own(tg: Telegram, message: Message) -> bool:
    """Whether the bot wrote the message."""
    author = message.data.get("from") or {}
    return author.get("id") == tg.bot.id or message.by_bot


def deletion_problem(tg: Telegram, chat: Chat, message: Message) -> Refusal | None:
    """Why the bot may not delete the message, if it may not."""
    if tg.clock.now() - message.data["date"] > DELETABLE_SECONDS:
        return bad_request("message can't be deleted for everyone")
    if chat.type == "private" or is_own(tg, message) or chat.members[tg.bot.id].may("can_delete_messages"):
        return None
    return bad_request("message can't be deleted")
