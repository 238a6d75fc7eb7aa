"""Joining, leaving, promoting, blocking: every change of a place in a chat, with its updates."""

from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import PRESENT, Chat, Member

STATUSES = PRESENT | {"left", "kicked"}


def change_status(
    tg: Telegram,
    chat: Chat,
    user_id: int,
    status: str,
    *,
    by: int | None = None,
    until_date: int = 0,
    denied: tuple[str, ...] = (),
) -> None:
    """Give somebody another place in the chat and tell the bot as Telegram would.

    The bot hears about itself always, about others only where it is an administrator.
    """
    if status not in STATUSES:
        raise Impossible(f"unknown status {status!r}: choose from {', '.join(sorted(STATUSES))}")
    person = tg.world.person(user_id)
    if person is None:
        raise Impossible(f"there is no user {user_id}")
    old = chat.members.get(user_id, Member("left"))
    new = Member(status, list(denied), until_date)
    if (old.status, old.denied) == (new.status, new.denied):
        return
    chat.members[user_id] = new
    actor = tg.world.person(by if by is not None else user_id) or person
    _announce(tg, chat, actor, old.as_json(person, chat.type), new.as_json(person, chat.type))
    _service_message(tg, chat, actor, person, old, new)
    tg.changed()


def _announce(tg: Telegram, chat: Chat, actor: JSON, old: JSON, new: JSON) -> None:
    change = {
        "chat": chat.json,
        "from": actor,
        "date": tg.clock.now(),
        "old_chat_member": old,
        "new_chat_member": new,
    }
    if new["user"]["id"] == tg.bot.id:
        tg.update("my_chat_member", change)
    elif tg.administers(chat):
        tg.update("chat_member", change)


def _service_message(tg: Telegram, chat: Chat, actor: JSON, person: JSON, old: Member, new: Member) -> None:
    if chat.type not in {"group", "supergroup"} or (old.status in PRESENT) == (new.status in PRESENT):
        return
    came = new.status in PRESENT
    data = {"from": actor, **({"new_chat_members": [person]} if came else {"left_chat_member": person})}
    message = tg.post(chat, data)
    if chat.member(tg.bot.id):
        tg.update("message", message.data)


def join(tg: Telegram, user_id: int, chat: Chat) -> None:
    """Somebody enters a group or subscribes to a channel."""
    member = chat.members.get(user_id)
    if member and member.status == "kicked" and not 0 < member.until_date <= tg.clock.now():
        raise Impossible(f"{user_id} is banned from the chat {chat.id}")
    if chat.member(user_id) is None:
        change_status(tg, chat, user_id, "member")


def leave(tg: Telegram, user_id: int, chat: Chat) -> None:
    """Somebody leaves."""
    if chat.member(user_id) is None:
        raise Impossible(f"{user_id} is not in the chat {chat.id}")
    change_status(tg, chat, user_id, "left")


def block_bot(tg: Telegram, user_id: int) -> None:
    """A person blocks the bot: the private chat stays, the bot may not write there."""
    change_status(tg, tg.world.chats[user_id], tg.bot.id, "kicked", by=user_id)


def unblock_bot(tg: Telegram, user_id: int) -> None:
    """A person lets the bot write again."""
    change_status(tg, tg.world.chats[user_id], tg.bot.id, "member", by=user_id)
