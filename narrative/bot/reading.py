"""/historia, /continuar and the story's buttons: the chat is the book, each fragment is a new message."""

import base64
import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from telegram import CallbackQuery, MessageEntity, Update

from narrative.errors import ChoiceClosed, ChoiceGone, StoryNotFound
from narrative.models import Story
from narrative.services import choices, library
from narrative.services.choices import Place
from narrative.story.page import Beholder, Line, cut, draw
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.errors import DomainError
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.limits import TEXT
from yabot.core.telegram.richtext import Entity, RichText
from yabot.core.telegram.screens import Alert, Button, Context, Screen, screen, show, turn_page

STEP = CallbackAction("paso")
BEGIN = CallbackAction("cuento")
AGAIN = CallbackAction("otra-vez")
HERE = CallbackAction("aqui")


@dataclass(frozen=True, slots=True)
class Turned:
    """A new page, and the words of the choice that led to it."""

    page: Screen
    chosen: str


def token(*keys: str) -> str:
    """A short name for keys that are too long for a button; looked up where the reader stands."""
    digest = hashlib.sha256("\x1f".join(keys).encode()).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()


# --- /historia and /continuar -----------------------------------------------------------------------------------------
async def on_stories(update: Update, context: Context) -> None:
    """/historia: what there is to read."""
    await show(update, context, await in_db(stories_of, person_of(update)))


async def on_continue(update: Update, context: Context) -> None:
    """/continuar, and the button that says so: the page the reader is at, as a new message."""
    await show(update, context, await in_db(page_of, person_of(update)))


@for_reader
def stories_of(reader: TelegramUser) -> Screen:
    """The stories, each with its button."""
    return stories_screen(reader)


def stories_screen(reader: TelegramUser) -> Screen:
    """What there is to read, and for whoever reads something already: where they are."""
    found = library.open_stories()
    at = choices.where(reader.pk)
    language = reader.spoken_language
    buttons = [
        (Button(cut("▶️ " + _title(story, language)), BEGIN.pack(token(story.key), owner=reader.pk)),) for story in found
    ]
    place = at.scene.fragment.title.in_(language) if at else ""
    return screen("stories", {"count": len(found), "place": place}, *buttons)


@for_reader
def page_of(reader: TelegramUser) -> Screen:
    """The page the reader is at, or the stories."""
    at = choices.where(reader.pk)
    return page(reader, at) if at else stories_screen(reader)


# --- buttons ----------------------------------------------------------------------------------------------------------
async def on_begin(update: Update, context: Context) -> None:
    """A story's button: its first page, or the page the reader is at."""
    assert context.pressed is not None
    await _turn(update, context, await in_db(begin, person_of(update), story=context.pressed.values[0]))


async def on_again(update: Update, context: Context) -> None:
    """ "Empezar de nuevo"."""
    assert context.pressed is not None
    await _turn(update, context, await in_db(begin_again, person_of(update), story=context.pressed.values[0]))


async def on_step(update: Update, context: Context) -> None:
    """A choice's button."""
    assert context.pressed is not None
    step, choice = context.pressed.values
    await _turn(update, context, await in_db(take, person_of(update), step=int(step), choice=choice))


@for_reader
def begin(reader: TelegramUser, *, story: str) -> Turned | Alert:
    """Begin the story with this token."""
    try:
        return Turned(page(reader, choices.begin(reader.pk, story=_key(story))), "")
    except StoryNotFound as gone:
        return _said(gone, reader)


@for_reader
def begin_again(reader: TelegramUser, *, story: str) -> Turned | Alert:
    """Begin the story with this token again."""
    try:
        return Turned(page(reader, choices.restart(reader.pk, story=_key(story))), _("Empezar de nuevo"))
    except StoryNotFound as gone:
        return _said(gone, reader)


@for_reader
def take(reader: TelegramUser, *, step: int, choice: str) -> Turned | Alert:
    """Take the choice with this token; an old button changes nothing."""
    at = choices.where(reader.pk)
    try:
        if at is None or at.progress.step != step:
            raise ChoiceGone
        option = next((option for option in at.scene.options if _token_of(at, option.choice.key) == choice), None)
        if option is None:
            raise ChoiceGone
        moved = choices.follow(reader.pk, story=at.told.key, step=step, choice=option.choice.key)
    except (ChoiceGone, ChoiceClosed) as refused:
        return _said(refused, reader)
    return Turned(page(reader, moved), option.choice.label.in_(reader.spoken_language))


def _said(refused: DomainError, reader: TelegramUser) -> Alert:
    return Alert(refused.sentence(reader.spoken_language), box=True)


def _key(story_token: str) -> str:
    """The story with this token. Raises StoryNotFound."""
    for story in library.open_stories():
        if token(story.key) == story_token:
            return story.key
    raise StoryNotFound


# --- pages ------------------------------------------------------------------------------------------------------------
def page(reader: TelegramUser, at: Place) -> Screen:
    """A fragment as this reader finds it."""
    language = reader.spoken_language
    shown = draw(at.told, at.scene, Beholder(language, reader.first_name, at.endings))
    if shown.is_gate:
        return Screen(shown.text, ((Button(_("🔄 Mirar otra vez"), HERE.pack(owner=reader.pk)),),))
    rows = tuple((_button(reader, at, line),) for line in shown.lines)
    if shown.is_ending:
        again = Button(_("Empezar de nuevo"), AGAIN.pack(token(at.told.key), owner=reader.pk))
        rows = (*rows, (again,))
    return Screen(shown.text, rows)


def _button(reader: TelegramUser, at: Place, line: Line) -> Button:
    return Button(line.label, STEP.pack(str(at.progress.step), _token_of(at, line.choice), owner=reader.pk))


def _token_of(at: Place, choice: str) -> str:
    return token(at.told.key, at.scene.fragment.key, choice)


def _title(story: Story, language: str) -> str:
    return (story.title_en if language == "en" else "") or story.title_es


# --- turning the page -------------------------------------------------------------------------------------------------
async def _turn(update: Update, context: Context, turned: Turned | Alert) -> None:
    if isinstance(turned, Alert):
        await show(update, context, turned)
        return
    await turn_page(update, context, left=_left(update.callback_query, turned.chosen), shown=turned.page)


def _left(query: CallbackQuery | None, chosen: str) -> Screen | None:
    """The old page with the chosen line instead of its buttons; None when there is nothing to keep."""
    message = query.message if query else None
    text = getattr(message, "text", None)
    if not text or not chosen:
        return None
    kept = RichText(text, tuple(map(_entity, message.entities)))  # type: ignore[union-attr]
    line = RichText.plain(f"\n\n› {chosen}")
    return Screen(kept + line) if kept.length + line.length <= TEXT else Screen(kept)


def _entity(entity: MessageEntity) -> Entity:
    return Entity(
        entity.type,
        entity.offset,
        entity.length,
        url=entity.url,
        language=entity.language,
        custom_emoji_id=entity.custom_emoji_id,
    )
