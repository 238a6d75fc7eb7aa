"""People press inline buttons."""

import asyncio
import secrets

from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.people.lookup import chat_of_user, message_named, user_named
from yabot.sandbox.telegram import CallbackQuery, Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.messages import Message

KEPT_QUERIES = 5_000
UNANSWERED: JSON = {"answered": False, "text": "", "show_alert": False, "url": None}


async def press(tg: Telegram, user_id: int, chat_id: int, message_id: int, button: str, timeout: float = 5.0) -> JSON:
    """Press the button with this callback data or label and wait for the bot's answer.

    A link button answers with its ``url`` at once and sends the bot nothing.
    """
    user = user_named(tg, user_id)
    chat = chat_of_user(tg, user, chat_id)
    message = message_named(chat, message_id)
    found = find_button(message, button)
    if "callback_data" not in found:
        return {"answered": True, "text": "", "show_alert": False, "url": found.get("url"), "button": found}
    query = _new_query(tg)
    tg.update(
        "callback_query",
        {
            "id": query.id,
            "from": user.json,
            "message": message.data,
            "chat_instance": str(abs(chat.id) * 7919),
            "data": found["callback_data"],
        },
    )
    if timeout > 0:
        await asyncio.wait({query.answer}, timeout=timeout)
    return {**(query.answer.result() if query.answer.done() else UNANSWERED), "query_id": query.id}


def find_button(message: Message, wanted: str) -> JSON:
    """The inline button with this data or label. Raises ``Impossible`` and names the buttons there are."""
    rows = (message.data.get("reply_markup") or {}).get("inline_keyboard", [])
    buttons: list[JSON] = [button for row in rows for button in row]
    for field in ("callback_data", "text"):
        for button in buttons:
            if button.get(field) == wanted:
                return button
    labels = ", ".join(repr(button["text"]) for button in buttons) or "no buttons"
    raise Impossible(f"message {message.id} has no button {wanted!r}: {labels}")


def _new_query(tg: Telegram) -> CallbackQuery:
    query = CallbackQuery(str(secrets.randbits(62)), tg.clock.exact(), asyncio.get_running_loop().create_future())
    tg.queries[query.id] = query
    if len(tg.queries) > KEPT_QUERIES:
        del tg.queries[next(iter(tg.queries))]
    return query
