"""A page that somebody of the team sends to their own Telegram: it looks as it will, and its buttons move nobody."""

from typing import Any

from narrative.models import Story
from narrative.story.page import Page
from yabot.core import messages, staff
from yabot.core.messages import Message
from yabot.core.models import MessagePriority, TelegramUser
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.calling import FILE

TRIAL = CallbackAction("prueba")


def send(person: Any, story: Story, shown: Page, *, turn: str) -> TelegramUser | None:
    """Owe the page to this person's own Telegram, once for each ``turn``; None while theirs is not linked."""
    reader = staff.telegram_of(person)
    if reader is None:
        return None
    method, params = _call(story, shown)
    buttons = [[{"text": line.label, "callback_data": TRIAL.pack(owner=reader.pk)}] for line in shown.lines]
    if buttons:
        params["reply_markup"] = {"inline_keyboard": buttons}
    owed = Message(
        key=f"trial:{person.pk}:{turn}",
        chat_id=reader.pk,
        method=method,
        params=params,
        priority=MessagePriority.ANSWER,
    )
    messages.enqueue([owed])
    return reader


def _call(story: Story, shown: Page) -> tuple[str, dict[str, Any]]:
    """The Bot API's method and its text, with the page's file where it is still there."""
    file = story.media.filter(path=shown.media.file).first() if shown.media else None
    if file is None or shown.media is None or not file.file.name:
        return "sendMessage", dict(shown.text.to_api())
    hidden = {"has_spoiler": True} if shown.media.spoiler and file.kind in {"photo", "video", "animation"} else {}
    return f"send{file.kind.capitalize()}", {
        file.kind: f"{FILE}{file.file.name}",
        **hidden,
        **shown.text.to_api("caption"),
    }
