"""/historia, /continuar and the story's buttons: the chat is the book, each fragment is a new message."""

import base64
import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from telegram import CallbackQuery, MessageEntity, Update

from narrative.errors import ChoiceClosed, ChoiceGone, NoUndo, StoryNotFound
from narrative.models import MediaFile, Story
from narrative.services import choices, library
from narrative.services.choices import Place
from narrative.story.page import Beholder, Line, Page, cut, draw
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.errors import DomainError
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.limits import CAPTION, TEXT
from yabot.core.telegram.richtext import Entity, RichText
from yabot.core.telegram.screens import Alert, Attachment, Button, Context, Screen, screen, show, turn_page

STEP = CallbackAction("paso")
BEGIN = CallbackAction("cuento")
AGAIN = CallbackAction("otra-vez")
HERE = CallbackAction("aqui")
UNDO = CallbackAction("deshacer")
CHECKPOINT = CallbackAction("punto")
STORIES = CallbackAction("historias")
VIP = CallbackAction("vip")
LONG = 400  # letters: a shorter page needs no time to be typed


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


def story_by_link(reader: TelegramUser, key: str) -> Screen:
    """``?start=cuento-casa``: what a story promises, and one button."""
    found = next((story for story in library.open_stories() if story.key == key), None)
    return pitch(reader, found) if found else stories_screen(reader)


def pitch(reader: TelegramUser, story: Story) -> Screen:
    """The title, a paragraph and one button."""
    language = reader.spoken_language
    at = choices.where(reader.pk, story=story.key)
    told = library.told_in(story.live_id) if story.live_id else None
    words = _("▶️ Continuar") if at else _("▶️ Empezar")
    if at and not at.scene.gate:
        place = at.scene.fragment.title.in_(language, at.told.language)
        words = cut(_("▶️ Continuar: %(place)s") % {"place": place}) if place else words
    values = {"title": _title(story, language), "pitch": told.pitch.in_(language, told.language) if told else ""}
    return screen("pitch", values, (Button(words, BEGIN.pack(token(story.key), owner=reader.pk)),))


def first_step(reader: TelegramUser) -> Button | None:
    """The welcome's one button: the story, or the page the reader is at."""
    at = choices.where(reader.pk)
    if at:
        place = at.scene.fragment.title.in_(reader.spoken_language, at.told.language)
        words = cut(_("▶️ Continuar: %(place)s") % {"place": place}) if place else _("▶️ Continuar")
        return Button(words, HERE.pack(owner=reader.pk))
    if not library.open_stories():
        return None
    return Button(_("▶️ Empezar"), STORIES.pack(owner=reader.pk))


@for_reader
def page_of(reader: TelegramUser) -> Screen:
    """The page the reader is at, or the stories. A gate that has opened since lets them in."""
    at = choices.enter(reader.pk)
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


async def on_undo(update: Update, context: Context) -> None:
    """ "Deshacer"."""
    assert context.pressed is not None
    await _turn(update, context, await in_db(back, person_of(update), step=int(context.pressed.values[0])))


async def on_checkpoint(update: Update, context: Context) -> None:
    """ "Volver al punto de control"."""
    assert context.pressed is not None
    step = int(context.pressed.values[0])
    await _turn(update, context, await in_db(back, person_of(update), step=step, far=True))


async def on_vip(update: Update, context: Context) -> None:
    """ "Cómo ser VIP"."""
    await show(update, context, await in_db(vip, person_of(update)))


@for_reader
def vip(reader: TelegramUser) -> Screen:
    """What a VIP gets, and who to ask."""
    return screen("vip", {}, (Button(_("⬅️ Volver a la historia"), HERE.pack(owner=reader.pk)),))


@for_reader
def back(reader: TelegramUser, *, step: int, far: bool = False) -> Turned | Alert:
    """One step back, or back to the checkpoint; an old button changes nothing."""
    at = choices.where(reader.pk)
    go, said = (choices.to_checkpoint, _("🔖 Volver al punto de control")) if far else (choices.undo, _("↩️ Deshacer"))
    try:
        if at is None:
            raise ChoiceGone
        return Turned(page(reader, go(reader.pk, story=at.told.key, step=step)), said)
    except (ChoiceGone, NoUndo) as refused:
        return _said(refused, reader)


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
    shown = draw(at.told, at.scene, Beholder(reader.spoken_language, reader.first_name, at.endings))
    if shown.is_gate:
        return _gate(reader, at, shown)
    rows = [(_button(reader, at, line),) for line in shown.lines]
    step = str(at.progress.step)
    if at.undoable:
        rows.append((Button(_("↩️ Deshacer"), UNDO.pack(step, owner=reader.pk)),))
    if at.has_checkpoint and (shown.is_ending or not shown.lines):
        rows.append((Button(_("🔖 Volver al punto de control"), CHECKPOINT.pack(step, owner=reader.pk)),))
    if shown.is_ending:
        rows.append((Button(_("Empezar de nuevo"), AGAIN.pack(token(at.told.key), owner=reader.pk)),))
        rows.append((_home(reader),))
    calm = bool(reader.is_calm) and shown.text.length > LONG
    return Screen(shown.text, tuple(rows), attachment=_attachment(at, shown), calm=calm)


def _gate(reader: TelegramUser, at: Place, shown: Page) -> Screen:
    """Why a chapter is closed, how to open it, and the ways back."""
    rows = [(Button(_("🔄 Mirar otra vez"), HERE.pack(owner=reader.pk)),)]
    if at.scene.fragment.vip:
        rows.insert(0, (Button(_("⭐ Cómo ser VIP"), VIP.pack(owner=reader.pk)),))
    step = str(at.progress.step)
    if at.undoable:
        rows.append((Button(_("↩️ Deshacer"), UNDO.pack(step, owner=reader.pk)),))
    elif at.has_checkpoint:
        rows.append((Button(_("🔖 Volver al punto de control"), CHECKPOINT.pack(step, owner=reader.pk)),))
    return Screen(shown.text, (*rows, (_home(reader),)))


def _home(reader: TelegramUser) -> Button:
    return Button(_("📚 Las historias"), STORIES.pack(owner=reader.pk))


def _attachment(at: Place, shown: Page) -> Attachment | None:
    """The fragment's file, where it is still there; a text without its picture is better than none."""
    if shown.media is None:
        return None
    row = MediaFile.objects.filter(story_id=at.progress.story_id, path=shown.media.file).first()
    return Attachment(row.kind, row.file.name, shown.media.spoiler) if row and row.file.name else None


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
    text, entities, most = getattr(message, "text", None), getattr(message, "entities", ()), TEXT
    if not text:
        text, entities, most = getattr(message, "caption", None), getattr(message, "caption_entities", ()), CAPTION
    if not text or not chosen:
        return None
    kept = RichText(text, tuple(map(_entity, entities)))
    line = RichText.plain(f"\n\n› {chosen}")
    return Screen(kept + line) if kept.length + line.length <= most else Screen(kept)


def _entity(entity: MessageEntity) -> Entity:
    return Entity(
        entity.type,
        entity.offset,
        entity.length,
        url=entity.url,
        language=entity.language,
        custom_emoji_id=entity.custom_emoji_id,
    )
