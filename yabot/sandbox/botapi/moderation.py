"""Banning and letting back in."""

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.botapi.targets import chat_of, require
from yabot.sandbox.people.membership import change_status
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.world.chats import Chat

NO_RIGHTS = "not enough rights to restrict/unrestrict chat member"
SHORTEST_BAN = 30
LONGEST_BAN = 366 * 24 * 3600


@method("banChatMember")
def ban_chat_member(tg: Telegram, params: Params) -> bool:
    """Remove somebody and keep them out; for ever when the time is under 30 seconds or over 366 days."""
    chat, user_id = _target(tg, params)
    until = params.integer("until_date") or 0
    if not SHORTEST_BAN <= until - tg.clock.now() <= LONGEST_BAN:
        until = 0
    change_status(tg, chat, user_id, "kicked", by=tg.bot.id, until_date=until)
    return True


@method("unbanChatMember")
def unban_chat_member(tg: Telegram, params: Params) -> bool:
    """Let somebody back in. Who is inside is removed, unless ``only_if_banned``."""
    chat, user_id = _target(tg, params)
    member = chat.members.get(user_id)
    inside = chat.member(user_id) is not None
    if member and not (inside and params.flag("only_if_banned")):
        change_status(tg, chat, user_id, "left", by=tg.bot.id)
    return True


def _target(tg: Telegram, params: Params) -> tuple[Chat, int]:
    chat = chat_of(tg, params)
    if chat.type == "private":
        raise bad_request("can't ban members in private chats")
    require(tg, chat, "can_restrict_members", NO_RIGHTS)
    user_id = params.integer("user_id") or 0
    if tg.world.person(user_id) is None:
        raise bad_request("user not found")
    member = chat.members.get(user_id)
    if member and member.status == "creator":
        raise bad_request("can't remove chat owner")
    if member and member.status == "administrator":
        raise bad_request("user is an administrator of the chat")
    return chat, user_id
