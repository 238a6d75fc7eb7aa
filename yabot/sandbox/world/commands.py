"""Which commands the "/" menu shows: the narrowest scope that has any, in the person's language first."""

from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.people import Bot, User


def scope_key(kind: str, language: str, chat_id: int | None = None, user_id: int | None = None) -> str:
    """One name for a scope and language."""
    return "|".join((kind, language, str(chat_id or ""), str(user_id or "")))


def menu_for(bot: Bot, user: User, chat: Chat) -> list[JSON]:
    """The commands this person sees in this chat, in the order Telegram looks for them."""
    if chat.type == "channel":
        return []
    for kind, chat_id, user_id in _scopes(user, chat):
        for language in (user.language_code or "", ""):
            commands = bot.commands.get(scope_key(kind, language, chat_id, user_id))
            if commands:
                return commands
    return []


def _scopes(user: User, chat: Chat) -> list[tuple[str, int | None, int | None]]:
    if chat.type == "private":
        return [("chat", chat.id, None), ("all_private_chats", None, None), ("default", None, None)]
    scopes: list[tuple[str, int | None, int | None]] = [("chat_member", chat.id, user.id)]
    if chat.is_administrator(user.id):
        scopes.append(("chat_administrators", chat.id, None))
    scopes.append(("chat", chat.id, None))
    if chat.is_administrator(user.id):
        scopes.append(("all_chat_administrators", None, None))
    return [*scopes, ("all_group_chats", None, None), ("default", None, None)]
