"""The bot's own names, commands and menu buttons."""

import re
from typing import Any

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.botapi.registry import METHODS, Method, method
from yabot.sandbox.botapi.targets import chat_of
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.commands import scope_key

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
SCOPES = CHAT_SCOPES | {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
TEXTS = {
    "Name": ("name", "names", 64),
    "Description": ("description", "descriptions", 512),
    "ShortDescription": ("short_description", "short_descriptions", 120),
}


@method("getMe")
def get_me(tg: Telegram, params: Params) -> JSON:
    """Who the bot is."""
    return tg.bot.profile()


@method("setMyCommands")
def set_my_commands(tg: Telegram, params: Params) -> bool:
    """The "/" menu of one scope and language."""
    commands = params.object("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    tg.bot.commands[_scope(tg, params)] = [_command(item) for item in commands]
    tg.changed()
    return True


@method("getMyCommands")
def get_my_commands(tg: Telegram, params: Params) -> list[JSON]:
    """The commands of exactly this scope and language."""
    return tg.bot.commands.get(_scope(tg, params), [])


@method("deleteMyCommands")
def delete_my_commands(tg: Telegram, params: Params) -> bool:
    """Forget this scope and language."""
    tg.bot.commands.pop(_scope(tg, params), None)
    tg.changed()
    return True


@method("setChatMenuButton")
def set_chat_menu_button(tg: Telegram, params: Params) -> bool:
    """The button left of the text field, for one private chat or for all."""
    chat = chat_of(tg, params) if params.values.get("chat_id") else None
    tg.bot.menu_buttons[str(chat.id if chat else 0)] = params.object("menu_button") or {"type": "default"}
    return True


@method("getChatMenuButton")
def get_chat_menu_button(tg: Telegram, params: Params) -> JSON:
    """The button of this chat."""
    buttons = tg.bot.menu_buttons
    return buttons.get(params.text("chat_id") or "0") or buttons.get("0") or {"type": "commands"}


def _scope(tg: Telegram, params: Params) -> str:
    scope: Any = params.object("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if scope["type"] in CHAT_SCOPES:
        chat = chat_of(tg, Params(scope))
        return scope_key(scope["type"], _language(params), chat.id, scope.get("user_id"))
    return scope_key(scope["type"], _language(params))


def _language(params: Params) -> str:
    language = params.text("language_code") or ""
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return language


def _command(item: Any) -> JSON:
    if not isinstance(item, dict):
        raise bad_request("can't parse BotCommand: Expected an Object")
    name = str(item.get("command", "")).removeprefix("/")
    description = str(item.get("description", ""))
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _setter(field: str, texts: str, limit: int) -> Method:
    def set_text(tg: Telegram, params: Params) -> bool:
        value = params.text(field) or ""
        if len(value) > limit:
            raise bad_request(f"{field} is too long")
        getattr(tg.bot, texts)[_language(params)] = value
        return True

    return set_text


def _getter(field: str, texts: str) -> Method:
    def get_text(tg: Telegram, params: Params) -> JSON:
        known = getattr(tg.bot, texts)
        fallback = tg.bot.first_name if field == "name" else ""
        return {field: known.get(_language(params)) or known.get("") or fallback}

    return get_text


for suffix, (field_name, store, longest) in TEXTS.items():
    METHODS[f"setMy{suffix}"] = _setter(field_name, store, longest)
    METHODS[f"getMy{suffix}"] = _getter(field_name, store)
