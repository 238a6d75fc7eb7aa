"""What the stub answers to each method of the Bot API, except ``getUpdates``."""

from collections.abc import Callable
from time import time
from typing import Any

from bench.load import ADMINISTRATOR_RIGHTS
from bench.scenario import BOT, GROUP, GROUP_ID

Parameters = dict[str, Any]

_TRUE = ("set", "delete", "answer", "ban", "unban", "restrict", "promote", "approve", "decline", "pin", "unpin")
_ABILITIES = {"can_join_groups": True, "can_read_all_group_messages": True, "supports_inline_queries": False}
_WEBHOOK = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
_GIFT_KINDS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


class UnknownMethod(Exception):
    """The stub has no answer to this method."""


class Answers:
    """Numbers messages and makes up plausible results."""

    def __init__(self) -> None:
        self.last_message_id = 0

    def result(self, method: str, parameters: Parameters) -> Any:
        """Return the result of a call; ``method`` is in lower case."""
        if method == "sendmessage":
            return self.message(parameters)
        if method in _FIXED:
            return _FIXED[method]
        if method in _CHATS:
            return _CHATS[method](parameters)
        if method.startswith(_TRUE) or method == "sendchataction":
            return True
        if method.startswith(("send", "editmessage", "copymessage", "forwardmessage")):
            return self.message(parameters)
        raise UnknownMethod(method)

    def message(self, parameters: Parameters) -> Parameters | bool:
        """Return the Message that was sent or edited; True for one known inline only."""
        if "chat_id" not in parameters:
            return True
        text = parameters.get("text") or parameters.get("caption") or ""
        return {
            "message_id": int(parameters.get("message_id") or self._next_message_id()),
            "from": BOT,
            "chat": _chat(int(parameters["chat_id"])),
            "date": int(time()),
            "text": text,
        }

    def _next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id


def _chat(chat_id: int) -> Parameters:
    return GROUP | {"id": chat_id} if chat_id < 0 else {"id": chat_id, "type": "private", "first_name": "Kinky"}


def _full_chat(parameters: Parameters) -> Parameters:
    chat = _chat(int(parameters.get("chat_id", GROUP_ID)))
    return chat | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFT_KINDS, False),
    }


def _member(parameters: Parameters) -> Parameters:
    user_id = int(parameters.get("user_id", BOT["id"]))
    if user_id == BOT["id"]:
        return _bot_member()
    return {"status": "member", "user": {"id": user_id, "is_bot": False, "first_name": "Kinky"}}


def _bot_member() -> Parameters:
    rights = dict.fromkeys(ADMINISTRATOR_RIGHTS, True)
    return {"status": "administrator", "user": BOT, "is_anonymous": False, **rights}


_FIXED: dict[str, Any] = {
    "getme": BOT | _ABILITIES,
    "getwebhookinfo": _WEBHOOK,
    "getmycommands": [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
    "getmyname": {"name": BOT["first_name"]},
    "getchatmembercount": 1_000,
}
_CHATS: dict[str, Callable[[Parameters], Any]] = {
    "getchat": _full_chat,
    "getchatmember": _member,
    "getchatadministrators": lambda parameters: [_bot_member()],
}
