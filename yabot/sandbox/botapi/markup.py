"""Keyboards: checked as Telegram checks them."""

from typing import Any
from urllib.parse import urlsplit

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.refusals import bad_request
from yabot.sandbox.wire import JSON

ACTIONS = frozenset(
    [
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    ]
)
STYLES = frozenset({"danger", "success", "primary"})
KEYBOARDS = frozenset({"keyboard", "remove_keyboard", "force_reply"})
MOST_BUTTONS = 100


def read_markup(params: Params) -> tuple[JSON | None, JSON | None]:
    """The inline keyboard, and the reply keyboard (which results never echo)."""
    if params.values.get("reply_markup") in (None, ""):
        return None, None
    markup = params.object("reply_markup", "reply keyboard markup")
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return inline_keyboard(markup["inline_keyboard"]), None
    if KEYBOARDS & markup.keys():
        return None, markup
    return None, None


def inline_keyboard(rows: Any) -> JSON | None:
    """The keyboard as Telegram returns it; None when it has no buttons."""
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked = []
    for row in rows:
        if not isinstance(row, list):
            raise bad_request("can't parse inline keyboard markup: Array of Arrays of InlineKeyboardButton expected")
        if row:
            checked.append([_button(button) for button in row])
    if sum(map(len, checked)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _button(button: Any) -> JSON:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: Expected an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = ACTIONS & button.keys()
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    if "style" in button and button["style"] not in STYLES:
        raise bad_request("invalid button style specified")
    (action,) = actions
    if action in CHECKS:
        CHECKS[action](button[action])
    return button


def _check_data(data: Any) -> None:
    if not 1 <= len(str(data).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_copy(copied: Any) -> None:
    if not isinstance(copied, dict) or not 1 <= len(str(copied.get("text", ""))) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_url(given: Any) -> None:
    url = str(given)
    try:
        parts = urlsplit(url if "//" in url or ":" in url else f"http://{url}")
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    known_host = "." in host or ":" in host or parts.scheme in {"tg", "ton"}
    if parts.scheme not in {"http", "https", "tg", "ton"} or not known_host:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


CHECKS = {"callback_data": _check_data, "url": _check_url, "copy_text": _check_copy}
