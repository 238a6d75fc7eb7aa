"""/start, /ayuda and /idioma."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override
from telegram import Update

from yabot.core import people
from yabot.core.bot.home import help_button, home, wishes_button
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.events import publish
from yabot.core.models import TelegramUser
from yabot.core.reader_events import ReaderStarted
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.names import clean_name
from yabot.core.telegram.screens import Button, Context, Rows, Screen, screen, show
from yabot.core.transactions import atomic

LANGUAGE = CallbackAction("idioma")
LANGUAGES = {"es": "Español", "en": "English"}
SPOKEN = {"es": "español", "en": "English"}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a reader is offered to do first: its promise, when it is new to them, and the buttons."""

    rows: Rows
    title: str = ""
    pitch: str = ""


DeepLink = Callable[[TelegramUser], Screen]
deep_links: dict[str, DeepLink] = {}  # filled by the composition root: ?start=saldo opens the wallet
deep_prefixes: dict[str, Callable[[TelegramUser, str], Screen]] = {}  # and ?start=cuento-casa that story
first_steps: list[Callable[[TelegramUser], Offer | None]] = []  # what a newcomer is offered to do first


async def on_start(update: Update, context: Context) -> None:
    """/start, with or without a deep link's payload."""
    payload = context.args[0][:64] if context.args else ""
    await show(update, context, await in_db(start, person_of(update), payload=payload))


@for_reader
def start(reader: TelegramUser, *, payload: str = "") -> Screen:
    """Welcome somebody, or show what their link leads to."""
    begin(reader, payload)
    link = deep_links.get(payload)
    if link:
        return link(reader)
    for beginning, opened in deep_prefixes.items():
        if payload.startswith(beginning):
            return opened(reader, payload.removeprefix(beginning))
    return welcome(reader)


@atomic
def begin(reader: TelegramUser, payload: str) -> None:
    """The bot may write to this person from now on; announced the first time."""
    if people.start(user_id=reader.pk):
        publish([ReaderStarted(user_id=reader.pk, payload=payload)])


@for_reader
def welcomed(reader: TelegramUser) -> Screen:
    """The welcome, for whoever pressed a button this bot no longer knows."""
    return welcome(reader)


def welcome(reader: TelegramUser) -> Screen:
    """One paragraph and what to do next."""
    offers = [offer for step in first_steps if (offer := step(reader))]
    promise = next((offer for offer in offers if offer.pitch), None)
    values = {"title": promise.title, "pitch": promise.pitch} if promise else {}
    rows = [row for offer in offers for row in offer.rows] or [(help_button(reader),)]
    return screen("start", {"name": clean_name(reader.first_name), **values}, *rows)


async def on_help(update: Update, context: Context) -> None:
    """/ayuda, or its button."""
    await show(update, context, await in_db(help_, person_of(update)))


@for_reader
def help_(reader: TelegramUser) -> Screen:
    """What the bot can do."""
    return screen("help", {}, *home(reader), (wishes_button(reader),))


async def on_language(update: Update, context: Context) -> None:
    """/idioma."""
    await show(update, context, await in_db(language, person_of(update)))


@for_reader
def language(reader: TelegramUser, *, toast: str = "") -> Screen:
    """The languages, the chosen one marked."""
    names = tuple(
        Button(f"{'✓ ' if code == reader.spoken_language else ''}{name}", LANGUAGE.pack(code, owner=reader.pk))
        for code, name in LANGUAGES.items()
    )
    return screen(
        "language", {"language": SPOKEN[reader.spoken_language]}, names, (wishes_button(reader),), toast=toast
    )


async def on_language_chosen(update: Update, context: Context) -> None:
    """A language's button was pressed."""
    assert context.pressed is not None
    await show(update, context, await in_db(choose_language, person_of(update), code=context.pressed.values[0]))


@for_reader
def choose_language(reader: TelegramUser, *, code: str) -> Screen:
    """Speak another language from now on."""
    people.choose_language(user_id=reader.pk, language=code)
    with override(code):
        toast = _("Hablamos en español.")
    return language(people.Person(reader.pk, reader.first_name, reader.last_name, reader.username), toast=toast)


async def on_other_text(update: Update, context: Context) -> None:
    """Anything else a reader writes: say what the bot understands."""
    await show(update, context, await in_db(not_understood, person_of(update)))


@for_reader
def not_understood(reader: TelegramUser) -> Screen:
    """A friendly word and the commands."""
    return screen("not_understood", {}, *home(reader), (help_button(reader),))


async def on_chat_moved(update: Update, context: Context) -> None:
    """A group became a supergroup; Telegram says so in the old group."""
    message = update.message
    assert message is not None
    if message.migrate_to_chat_id is not None:
        await in_db(people.move_chat, chat_id=message.chat.id, moved_to=message.migrate_to_chat_id)
