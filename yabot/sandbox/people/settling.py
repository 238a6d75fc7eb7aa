"""New people, groups and channels, and ready-made worlds."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.people.lookup import user_named
from yabot.sandbox.people.membership import change_status
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON, loads
from yabot.sandbox.world.chats import Chat, Member
from yabot.sandbox.world.people import User

WORLDS = Path(__file__).resolve().parent.parent / "worlds"


def add_user(tg: Telegram, *, id: int | None = None, first_name: str | None = None, **names: Any) -> User:
    """A new person, whose private chat with the bot is still closed."""
    user_id = id or tg.world.free_user_id()
    if user_id in tg.world.users:
        raise Impossible(f"there is already a user {user_id}")
    user = User(user_id, first_name or f"User {user_id}", **names)
    tg.world.add_user(user)
    tg.changed()
    return user


def add_users(tg: Telegram, count: int, **names: Any) -> list[User]:
    """Many new people at once."""
    first = tg.world.free_user_id()
    users = [User(number, f"User {number}", **names) for number in range(first, first + count)]
    for user in users:
        tg.world.add_user(user)
    tg.changed()
    return users


def add_group(
    tg: Telegram,
    title: str,
    members: Iterable[int] = (),
    *,
    owner: int | None = None,
    bot_is_admin: bool = True,
    **more: Any,
) -> Chat:
    """A supergroup with these members; its owner, else the first member, brings the bot in."""
    return _add_chat(tg, "supergroup", title, list(members), owner=owner, bot_is_admin=bot_is_admin, **more)


def add_channel(
    tg: Telegram,
    title: str,
    subscribers: Iterable[int] = (),
    *,
    discussion: bool | JSON = True,
    owner: int | None = None,
    bot_is_admin: bool = True,
    **more: Any,
) -> Chat:
    """A channel, by default with a discussion group that the same people are in."""
    people = list(subscribers)
    channel = _add_chat(tg, "channel", title, people, owner=owner, bot_is_admin=bot_is_admin, **more)
    if discussion:
        given = discussion if isinstance(discussion, dict) else {}
        given = {"title": f"{title} · chat", "members": people, "bot_is_admin": bot_is_admin, **given}
        group = add_group(tg, owner=owner, **given)
        channel.linked_chat_id, group.linked_chat_id = group.id, channel.id
    return channel


def _add_chat(
    tg: Telegram,
    kind: str,
    title: str,
    people: list[int],
    *,
    owner: int | None,
    bot_is_admin: bool,
    id: int | None = None,
    bot_is_member: bool = True,
    **more: Any,
) -> Chat:
    chat_id = id or tg.world.free_chat_id()
    if chat_id in tg.world.chats:
        raise Impossible(f"there is already a chat {chat_id}")
    chat = Chat(chat_id, kind, title=title, **more)
    chat.members = {user_named(tg, user_id).id: Member() for user_id in people}
    if owner is not None:
        chat.members[user_named(tg, owner).id] = Member("creator")
    tg.world.add_chat(chat)
    if bot_is_member:
        status = "administrator" if bot_is_admin else "left" if kind == "channel" else "member"
        host = owner if owner is not None else next(iter(chat.members), tg.bot.id)
        change_status(tg, chat, tg.bot.id, status, by=host)
    tg.changed()
    return chat


def load_world(tg: Telegram, name_or_description: str | JSON) -> None:
    """Fill the world from a ready-made one (by name or file) or from its description."""
    description = name_or_description
    if isinstance(description, str):
        path = WORLDS / f"{description}.json"
        if not path.is_file():
            path = Path(description)
        if not path.is_file():
            known = ", ".join(sorted(found.stem for found in WORLDS.glob("*.json")))
            raise Impossible(f"there is no world {description!r}: choose {known} or give a JSON file")
        description = loads(path.read_bytes())
    _fill(tg, description)


def _fill(tg: Telegram, description: JSON) -> None:
    bot = description.get("bot", {})
    tg.bot.first_name = bot.get("first_name", tg.bot.first_name)
    tg.bot.username = bot.get("username", tg.bot.username)
    tg.bot.json.update(first_name=tg.bot.first_name, username=tg.bot.username)
    for user in description.get("users", ()):
        add_user(tg, **user)
    for group in description.get("groups", ()):
        add_group(tg, **group)
    for channel in description.get("channels", ()):
        add_channel(tg, **channel)
