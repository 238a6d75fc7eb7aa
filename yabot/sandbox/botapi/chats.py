"""What a bot can learn about a chat and its members, and leaving it."""

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import method
from yabot.sandbox.botapi.targets import chat_of
from yabot.sandbox.people.membership import leave
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import ADMINISTRATORS, PRESENT, Chat, Member

FULL_INFO: JSON = {
    "accent_color_id": 0,
    "max_reaction_count": 11,
    "accepted_gift_types": {
        "unlimited_gifts": False,
        "limited_gifts": False,
        "unique_gifts": False,
        "premium_subscription": False,
        "gifts_from_channels": False,
    },
}
PERMISSIONS = {
    f"can_{what}": True
    for what in [
        "send_messages",
        "send_audios",
        "send_documents",
        "send_photos",
        "send_videos",
        "send_video_notes",
        "send_voice_notes",
        "send_polls",
        "send_other_messages",
        "add_web_page_previews",
        "react_to_messages",
        "invite_users",
    ]
} | {"can_change_info": False, "can_pin_messages": False, "can_manage_topics": False, "can_edit_tag": False}


@method("getChat")
def get_chat(tg: Telegram, params: Params) -> JSON:
    """The ChatFullInfo object."""
    chat = chat_of(tg, params)
    body = {**chat.json, **FULL_INFO}
    if chat.description:
        body["description"] = chat.description
    if chat.linked_chat_id:
        body["linked_chat_id"] = chat.linked_chat_id
    if chat.protected:
        body["has_protected_content"] = True
    if chat.type == "supergroup":
        body["permissions"] = PERMISSIONS
    if chat.pinned and chat.pinned[-1] in chat.messages:
        body["pinned_message"] = chat.messages[chat.pinned[-1]].data
    return body


@method("getChatMember")
def get_chat_member(tg: Telegram, params: Params) -> JSON:
    """One person's place in the chat; who never was there has status ``left``."""
    chat = _member_list(tg, params)
    user_id = params.integer("user_id")
    person = tg.world.person(user_id or 0)
    if person is None:
        raise bad_request("user not found")
    member = chat.members.get(int(user_id or 0), Member("left"))
    if member.status == "kicked" and 0 < member.until_date <= tg.clock.now():
        member = Member("left")
    return member.as_json(person, chat.type)


@method("getChatAdministrators")
def get_chat_administrators(tg: Telegram, params: Params) -> list[JSON]:
    """The people who run the chat, the bot included; other bots are not."""
    chat = _member_list(tg, params)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    return [
        member.as_json(person, chat.type)
        for user_id, member in chat.members.items()
        if member.status in ADMINISTRATORS and (person := tg.world.person(user_id))
    ]


@method("getChatMemberCount")
def get_chat_member_count(tg: Telegram, params: Params) -> int:
    """How many are in the chat."""
    chat = _member_list(tg, params)
    return sum(member.status in PRESENT for member in chat.members.values())


@method("leaveChat")
def leave_chat(tg: Telegram, params: Params) -> bool:
    """The bot leaves a group or channel."""
    chat = chat_of(tg, params)
    if chat.type == "private":
        raise bad_request("chat not found")
    leave(tg, tg.bot.id, chat)
    return True


def _member_list(tg: Telegram, params: Params) -> Chat:
    chat = chat_of(tg, params)
    if chat.type == "channel" and not tg.administers(chat):
        raise bad_request("member list is inaccessible")
    return chat
