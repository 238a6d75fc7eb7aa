"""Operations that make and change the world."""

from typing import Any

from yabot.sandbox.control.registry import operation
from yabot.sandbox.people import membership, settling
from yabot.sandbox.people.lookup import chat_named, user_named
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import PRESENT, Chat


def described(chat: Chat) -> JSON:
    """A chat as the control API shows it."""
    body: JSON = {**chat.json, "linked_chat_id": chat.linked_chat_id, "opened": chat.opened}
    body["member_count"] = sum(member.status in PRESENT for member in chat.members.values())
    return body


@operation
def reset(tg: Telegram, world: str | JSON | None = None) -> bool:
    """Empty the world, and fill it again if a ready-made world is named."""
    tg.reset()
    if world:
        settling.load_world(tg, world)
    return True


@operation
def load_world(tg: Telegram, world: str | JSON) -> bool:
    """Add a ready-made world."""
    settling.load_world(tg, world)
    return True


@operation
def add_user(tg: Telegram, **given: Any) -> JSON:
    """One more person."""
    return settling.add_user(tg, **given).json


@operation
def add_users(tg: Telegram, count: int, **given: Any) -> list[JSON]:
    """Many more people."""
    return [user.json for user in settling.add_users(tg, count, **given)]


@operation
def add_group(tg: Telegram, title: str, members: list[int] | None = None, **given: Any) -> JSON:
    """One more supergroup."""
    return described(settling.add_group(tg, title, members or [], **given))


@operation
def add_channel(tg: Telegram, title: str, subscribers: list[int] | None = None, **given: Any) -> JSON:
    """One more channel."""
    return described(settling.add_channel(tg, title, subscribers or [], **given))


@operation
def chats(tg: Telegram) -> list[JSON]:
    """All chats."""
    return [described(chat) for chat in tg.world.chats.values()]


@operation
def users(tg: Telegram) -> list[JSON]:
    """All people."""
    return [user.json for user in tg.world.users.values()]


@operation
def rename_user(tg: Telegram, user_id: int, first_name: str, language_code: str | None = None) -> JSON:
    """Somebody changes their name, and possibly the language of their app."""
    user = user_named(tg, user_id)
    user.first_name = first_name
    user.language_code = language_code or user.language_code
    user.refresh()
    tg.world.chats[user_id].json["first_name"] = first_name
    tg.changed()
    return user.json


@operation
def join(tg: Telegram, user_id: int, chat_id: int) -> bool:
    """Somebody joins a group or channel."""
    membership.join(tg, user_named(tg, user_id).id, chat_named(tg, chat_id))
    return True


@operation
def leave(tg: Telegram, user_id: int, chat_id: int) -> bool:
    """Somebody leaves."""
    membership.leave(tg, user_named(tg, user_id).id, chat_named(tg, chat_id))
    return True


@operation
def set_status(
    tg: Telegram, chat_id: int, user_id: int, status: str, by: int | None = None, denied: list[str] | None = None
) -> bool:
    """Promote, demote or remove somebody, the bot included; ``denied`` are rights withheld."""
    membership.change_status(tg, chat_named(tg, chat_id), user_id, status, by=by, denied=tuple(denied or ()))
    return True


@operation
def protect(tg: Telegram, chat_id: int, protected: bool = True) -> bool:
    """Forbid copying and forwarding what is written in the chat from now on."""
    chat_named(tg, chat_id).protected = protected
    return True


@operation
def block_bot(tg: Telegram, user_id: int) -> bool:
    """Somebody blocks the bot."""
    membership.block_bot(tg, user_named(tg, user_id).id)
    return True


@operation
def unblock_bot(tg: Telegram, user_id: int) -> bool:
    """Somebody unblocks the bot."""
    membership.unblock_bot(tg, user_named(tg, user_id).id)
    return True


@operation
def advance(tg: Telegram, seconds: float) -> int:
    """Move the clock forward; tells the new time."""
    now = tg.clock.advance(seconds)
    tg.changed()
    return now


@operation
def now(tg: Telegram) -> int:
    """What time it is in the world."""
    return tg.clock.now()
