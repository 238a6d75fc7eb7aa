"""What a reader sees: a value made from a template, and the one function that shows it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.template.loader import render_to_string
from telegram import CallbackQuery, Update
from telegram import Message as TelegramMessage
from telegram.ext import Application, CallbackContext

from yabot.core.ids import uuid7
from yabot.core.messages import Message, enqueue
from yabot.core.models import MessagePriority
from yabot.core.telegram import markup, outbox
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.budget import RateBudget
from yabot.core.telegram.callbacks import Pressed
from yabot.core.telegram.calling import FILE, perform
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered
from yabot.core.telegram.limits import CALLBACK_ANSWER
from yabot.core.telegram.outcome import Claimed, Outcome
from yabot.core.telegram.richtext import RichText


class Style(StrEnum):
    """How a button looks where Telegram knows styles; elsewhere it is a button as any other."""

    PLAIN = ""
    DANGER = "danger"
    PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Button:
    """One button: data made by a ``CallbackAction``, or an address."""

    text: str
    data: str = ""
    url: str = ""
    style: Style = Style.PLAIN

    def to_api(self) -> dict[str, str]:
        """As the Bot API wants it."""
        does = {"url": self.url} if self.url else {"callback_data": self.data}
        return {"text": self.text, **does, **({"style": self.style.value} if self.style else {})}


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file below MEDIA_ROOT that goes with a screen; ``kind`` is the Bot API's word: photo, video, audio …"""

    kind: str
    path: str
    spoiler: bool = False

    @property
    def method(self) -> str:
        """The Bot API's method that sends it."""
        return f"send{self.kind.capitalize()}"

    def params(self) -> dict[str, Any]:
        """Its parameters; the file is uploaded once and then named by the copy that Telegram has."""
        hidden = {"has_spoiler": True} if self.spoiler and self.kind in {"photo", "video", "animation"} else {}
        return {self.kind: f"{FILE}{self.path}", **hidden}


@dataclass(frozen=True, slots=True)
class Screen:
    """A text with its rows of buttons; ``toast`` answers the press that led here.

    With an ``attachment`` the text is its caption. ``calm``: the bot is seen typing for a moment before it. ``place``
    names what it shows, where one message of that is enough.
    """

    text: RichText
    buttons: Rows = ()
    toast: str = ""
    attachment: Attachment | None = None
    calm: bool = False
    place: str = ""

    @property
    def method(self) -> str:
        """The Bot API's method that sends it."""
        return self.attachment.method if self.attachment else "sendMessage"

    def params(self, *, caption: bool = False) -> dict[str, Any]:
        """The parameters of sendMessage and editMessageText, or of a caption."""
        caption = caption or self.attachment is not None
        params: dict[str, Any] = dict(self.text.to_api("caption" if caption else "text"))
        if self.attachment:
            params |= self.attachment.params()
        if self.buttons:
            params["reply_markup"] = keyboard(self.buttons)
        return params


def keyboard(rows: Rows) -> dict[str, Any]:
    """Buttons as the Bot API wants them."""
    return {"inline_keyboard": [[button.to_api() for button in row] for row in rows]}


@dataclass(frozen=True, slots=True)
class Alert:
    """Only an answer to a press: a toast, or a box that has to be closed."""

    text: str
    box: bool = False


def screen(template: str, values: Mapping[str, Any], *buttons: tuple[Button, ...], toast: str = "") -> Screen:
    """Render ``templates/bot/<template>.html`` (Django escapes every value) into a screen."""
    text = render_to_string(f"bot/{template}.html", dict(values)).strip()
    return Screen(markup.parse(_without_blank_ends(text)), buttons, toast)


def _without_blank_ends(text: str) -> str:
    """Template tags leave blank ends and runs of empty lines behind."""
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept)


REMEMBERED = 10_000  # chats whose newest answer this process knows


@dataclass
class BotData:
    """What handlers share: the lean client, the budget, and the place and number of the newest answer in each chat."""

    api: BotApi | None = None
    budget: RateBudget | None = None
    failed: dict[int, BaseException] = field(default_factory=dict)
    newest: dict[int, tuple[str, int]] = field(default_factory=dict)

    def answered(self, chat_id: int, shown: Screen, answer: Answer) -> None:
        """Note what was sent just now; kept in this process only: at worst a page is sent twice."""
        self.newest.pop(chat_id, None)
        number = answer.result.get("message_id", 0) if isinstance(answer.result, dict) else 0
        self.newest[chat_id] = (shown.place, number)
        if len(self.newest) > REMEMBERED:
            del self.newest[next(iter(self.newest))]


class Context(CallbackContext[Any, dict[Any, Any], dict[Any, Any], BotData]):
    """A handler's context; ``pressed`` is the checked data of the button, if one was pressed."""

    def __init__(self, application: Application, chat_id: int | None = None, user_id: int | None = None) -> None:
        super().__init__(application, chat_id, user_id)
        self.pressed: Pressed | None = None


async def show(update: Update, context: Context, shown: Screen | Alert, *, anew: bool = False) -> None:
    """Answer what the reader just did, at once: the press first, then edit in place, or else (``anew``: always) send.

    Answers do not wait in the outbox; one that Telegram refuses for now (429) or that finds no connection is put there.
    """
    query = update.callback_query
    if query is not None:
        await answer_press(context, query.id, shown)
    if isinstance(shown, Alert):
        if query is None:
            await send(update, context, Screen(RichText.plain(shown.text)))
        return
    editable = not anew and query is not None and query.message is not None and shown.attachment is None
    if editable and not _has_caption(query) and await edit(update, context, shown):
        return
    await send(update, context, shown)


async def answer_press(context: Context, query_id: str, shown: Screen | Alert) -> None:
    """Stop the spinner of a pressed button, with a toast or a box."""
    text, box = (shown.text, shown.box) if isinstance(shown, Alert) else (shown.toast, False)
    params: dict[str, Any] = {"callback_query_id": query_id}
    if text:
        params |= {"text": answer_text(text), "show_alert": box}
    await call(context, "answerCallbackQuery", params)


def answer_text(text: str) -> str:
    """The text, or as much of it as an answer holds, and that there was more."""
    return text if len(text) <= CALLBACK_ANSWER else f"{text[: CALLBACK_ANSWER - 1].rstrip()}…"


async def edit(update: Update, context: Context, shown: Screen) -> bool:
    """Whether the message under the button shows ``shown`` now ("not modified" is as good)."""
    query = update.callback_query
    assert query is not None and query.message is not None
    place = {"chat_id": query.message.chat.id, "message_id": query.message.message_id}
    caption = _has_caption(query)
    method = "editMessageCaption" if caption else "editMessageText"
    answer = await call(context, method, {**place, **shown.params(caption=caption)})
    return answer is not None and (answer.ok or "not modified" in answer.description)


def _has_caption(query: CallbackQuery | None) -> bool:
    """Whether the message under a button is a file with a caption: such a message never becomes a text."""
    message = query.message if query else None
    return isinstance(message, TelegramMessage) and message.effective_attachment is not None


async def send(update: Update, context: Context, shown: Screen) -> None:
    """A new message, now; through the outbox when Telegram does not take it now."""
    chat = update.effective_chat
    if chat is None:
        return
    if shown.calm:
        await _type(context, chat.id, shown.text.length)
    if context.bot_data.budget:
        context.bot_data.budget.spend(chat.id)
    answer = await _deliver(context, chat.id, shown)
    if answer is not None and answer.ok:
        context.bot_data.answered(chat.id, shown, answer)
    if answer is None or answer.code == 429:
        user_id = update.effective_user.id if update.effective_user else None
        late = Message(
            key=f"answer:{update.update_id}",
            chat_id=chat.id,
            user_id=user_id,
            method=shown.method,
            params=_unstyled(shown.params()),
            priority=MessagePriority.ANSWER,
        )
        await in_db(enqueue, [late])


async def _deliver(context: Context, chat_id: int, shown: Screen) -> Answer | None:
    """Send it; a file that Telegram does not know yet is uploaded, and known from then on."""
    if shown.attachment is None:
        return await call(context, shown.method, {"chat_id": chat_id, **shown.params()})
    api, media = context.bot_data.api, Path(settings.MEDIA_ROOT)
    assert api is not None
    known = await in_db(outbox.file_ids, {shown.attachment.path})
    message = Claimed(uuid7(), chat_id, shown.method, orjson.dumps(shown.params()).decode(), 0, None)
    result = await perform(api, message, known, media)
    if result.uploaded:
        await in_db(outbox.remember_files, result.uploaded)
    if result.outcome is Outcome.LATER:
        return None
    sent = {"message_id": result.message_id or 0}
    return Answer(ok=result.outcome is Outcome.SENT, result=sent, code=0, description=result.error)


async def _type(context: Context, chat_id: int, length: int) -> None:
    """Be seen typing, as long as somebody who types fast would: two and a half seconds at most."""
    await call(context, "sendChatAction", {"chat_id": chat_id, "action": "typing"})
    await asyncio.sleep(min(2.5, 0.4 + length / 400))


async def call(context: Context, method: str, params: dict[str, Any]) -> Answer | None:
    """One call; None when it certainly was not heard. A doubtful answer is not repeated: the reader can ask again."""
    api = context.bot_data.api
    assert api is not None
    try:
        answer = await api.call(method, params, timeout=15)
        if answer.code == 400 and "not modified" not in answer.description and (plain := _unstyled(params)) != params:
            return await api.call(method, plain, timeout=15)
        return answer
    except NotDelivered:
        return None
    except Doubtful as error:
        return Answer(ok=False, code=0, description=str(error))


def _unstyled(params: dict[str, Any]) -> dict[str, Any]:
    """The call for a Telegram that knows no styles of buttons."""
    rows = params.get("reply_markup", {}).get("inline_keyboard")
    if not rows:
        return params
    plain = [[{name: said for name, said in button.items() if name != "style"} for button in row] for row in rows]
    return {**params, "reply_markup": {"inline_keyboard": plain}}
