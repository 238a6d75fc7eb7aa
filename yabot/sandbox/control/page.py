"""Operations the page needs: the chat list of one person, with the last message of each chat."""

from yabot.sandbox.control.registry import operation
from yabot.sandbox.people.lookup import chat_of_user, user_named
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import PRESENT, Chat
from yabot.sandbox.world.commands import menu_for
from yabot.sandbox.world.people import User


@operation
def overview(tg: Telegram, user_id: int | None = None) -> JSON:
    """Everybody, the bot, the time, and the chats of the chosen person."""
    people = tg.world.users
    body: JSON = {"bot": tg.bot.json, "users": [user.json for user in people.values()], "now": tg.clock.now()}
    body["offset"] = tg.clock.offset
    if user_id in people:
        user = people[user_id]
        chats = [chat for chat in tg.world.chats.values() if _visible(chat, user)]
        body["chats"] = [_card(tg, chat, user) for chat in chats]
    return body


@operation
def commands(tg: Telegram, user_id: int, chat_id: int) -> list[JSON]:
    """The "/" menu this person sees in this chat."""
    user = user_named(tg, user_id)
    return menu_for(tg.bot, user, chat_of_user(tg, user, chat_id))


def _visible(chat: Chat, user: User) -> bool:
    return chat.id == user.id if chat.type == "private" else chat.member(user.id) is not None


def _card(tg: Telegram, chat: Chat, user: User) -> JSON:
    last = chat.messages[next(reversed(chat.messages))] if chat.messages else None
    member = chat.members[user.id]
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    card: JSON = {
        "id": chat.id,
        "type": chat.type,
        "title": tg.bot.first_name if chat.type == "private" else chat.title,
        "last": last.seen() if last else None,
        "pinned": pinned.data if pinned else None,
        "opened": chat.opened or chat.type != "private",
        "blocked": chat.type == "private" and chat.members[tg.bot.id].status == "kicked",
        "may_write": chat.type != "channel" or member.may("can_post_messages"),
        "members": sum(one.status in PRESENT for one in chat.members.values()),
        "linked_chat_id": chat.linked_chat_id,
        "threads": chat.threads,
        "commands": menu_for(tg.bot, user, chat),
    }
    if chat.type == "private":
        card["about"] = tg.bot.descriptions.get(user.language_code or "") or tg.bot.descriptions.get("")
    return card
