"""Turning the page: what the story's buttons do."""

import functools
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from telegram import CallbackQuery, MessageEntity, Update

from narrative.bot.asking import price_of
from narrative.bot.buttons import key_of, token
from narrative.bot.reading import choice_named, page, place_in
from narrative.bot.stories import here
from narrative.errors import ChoiceClosed, ChoiceGone, NoUndo, PriceNotAgreed, StoryNotFound
from narrative.services import choices
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.errors import DomainError
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.limits import CAPTION, TEXT
from yabot.core.telegram.pages import ask_below, lead_back, turn_page
from yabot.core.telegram.richtext import Entity, RichText
from yabot.core.telegram.screens import Alert, Context, Screen, show


@dataclass(frozen=True, slots=True)
class Turned:
    """A new page, and the words of the choice that led to it."""

    page: Screen
    chosen: str


@dataclass(frozen=True, slots=True)
class Lost:
    """An old button: what to say of it, and the page the reader is at."""

    said: Alert
    page: Screen


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, or the end of one: buttons that take the place of the page's."""

    question: Screen


async def on_begin(update: Update, context: Context) -> None:
    """A story's button: its first page, or the page the reader is at."""
    assert context.pressed is not None
    await _turn(update, context, await in_db(begin, person_of(update), story=context.pressed.values[0]))


async def on_again(update: Update, context: Context) -> None:
    """ "Empezar de nuevo"."""
    assert context.pressed is not None
    await _turn(update, context, await in_db(begin_again, person_of(update), **_of_step(context)))


async def on_step(update: Update, context: Context) -> None:
    """A choice's button."""
    assert context.pressed is not None
    choice = context.pressed.values[2]
    await _turn(update, context, await in_db(take, person_of(update), **_of_step(context), choice=choice))


async def on_pay(update: Update, context: Context) -> None:
    """ "Pagar": what a choice costs."""
    assert context.pressed is not None
    choice, price = context.pressed.values[2:]
    turned = await in_db(take, person_of(update), **_of_step(context), choice=choice, agreed=int(price))
    await _turn(update, context, turned)


async def on_keep(update: Update, context: Context) -> None:
    """ "No": not to pay."""
    await _turn(update, context, await in_db(keep, person_of(update), **_of_step(context)))


async def on_undo(update: Update, context: Context) -> None:
    """ "Deshacer"."""
    assert context.pressed is not None
    await _turn(update, context, await in_db(back, person_of(update), **_of_step(context)))


async def on_checkpoint(update: Update, context: Context) -> None:
    """ "Volver al punto de control"."""
    assert context.pressed is not None
    await _turn(update, context, await in_db(back, person_of(update), **_of_step(context), far=True))


async def on_jump(update: Update, context: Context) -> None:
    """ "Volver allí": where a link leads."""
    assert context.pressed is not None
    fragment = context.pressed.values[2]
    await _turn(update, context, await in_db(jump, person_of(update), **_of_step(context), fragment=fragment))


@for_reader
def jump(reader: TelegramUser, *, story: str, step: int, fragment: str) -> Turned | Lost:
    """Back to a fragment the reader has visited, by its token."""
    at = place_in(reader, story)
    keys = at.told.by_key if at else ()
    key = next((key for key in keys if token(key_of(story), key) == fragment), "")
    try:
        there = choices.revisit(reader.pk, story=key_of(story), step=step, fragment=key)
    except (ChoiceGone, NoUndo) as refused:
        return _lost(refused, reader, story)
    return Turned(page(reader, there), _("Sí, volver allí"))


@for_reader
def back(reader: TelegramUser, *, story: str, step: int, far: bool = False) -> Turned | Lost:
    """One step back, or back to the checkpoint; an old button changes nothing."""
    go, said = (choices.to_checkpoint, _("🔖 Volver al punto de control")) if far else (choices.undo, _("↩️ Deshacer"))
    try:
        return Turned(page(reader, go(reader.pk, story=key_of(story), step=step)), said)
    except (ChoiceGone, NoUndo) as refused:
        return _lost(refused, reader, story)


@for_reader
def begin(reader: TelegramUser, *, story: str) -> Turned | Lost:
    """Begin the story with this token."""
    try:
        return Turned(page(reader, choices.begin(reader.pk, story=key_of(story))), "")
    except StoryNotFound as gone:
        return _lost(gone, reader, story)


@for_reader
def begin_again(reader: TelegramUser, *, story: str, step: int) -> Turned | Lost:
    """Begin the story with this token again, from this step only."""
    try:
        return Turned(page(reader, choices.restart(reader.pk, story=key_of(story), step=step)), _("Empezar de nuevo"))
    except (StoryNotFound, ChoiceGone) as gone:
        return _lost(gone, reader, story)


@for_reader
def take(reader: TelegramUser, *, story: str, step: int, choice: str, agreed: int = 0) -> Turned | Lost | Asked | Alert:
    """Take the choice with this token; an old button changes nothing.

    A price is asked about from CONFIRM_FROM besitos on, unless the reader has ``agreed`` to pay it.
    """
    most = max(agreed, settings.CONFIRM_FROM - 1)
    named = functools.partial(choice_named, choice)
    try:
        moved = choices.follow(reader.pk, story=key_of(story), step=step, choice=named, most=most)
    except PriceNotAgreed as asks:
        return Asked(price_of(reader, (story, str(step), choice), asks.price))
    except ChoiceClosed as closed:
        return _said(closed, reader)
    except ChoiceGone as gone:
        return _lost(gone, reader, story)
    taken = moved.arrived_by
    return Turned(page(reader, moved), taken.label.in_(reader.spoken_language, moved.told.language) if taken else "")


@for_reader
def keep(reader: TelegramUser, *, story: str, step: int) -> Asked | Lost:
    """Not to pay: the page's own buttons again."""
    at = place_in(reader, story)
    if at is None or at.progress.step != step:
        return _lost(ChoiceGone(), reader, story)
    return Asked(replace(page(reader, at), text=RichText("")))


def _of_step(context: Context) -> dict[str, Any]:
    """The story's token and the step that a button carries."""
    assert context.pressed is not None
    story, step = context.pressed.values[:2]
    return {"story": story, "step": int(step)}


def _lost(refused: DomainError, reader: TelegramUser, story: str) -> Lost:
    return Lost(_said(refused, reader), here(reader, story))


def _said(refused: DomainError, reader: TelegramUser) -> Alert:
    return Alert(refused.sentence(reader.spoken_language), box=True)


# --- turning the page -------------------------------------------------------------------------------------------------
async def _turn(update: Update, context: Context, turned: Turned | Lost | Asked | Alert) -> None:
    if isinstance(turned, Turned):
        await turn_page(update, context, left=left_of(update.callback_query, turned.chosen), shown=turned.page)
    elif isinstance(turned, Lost):
        await lead_back(update, context, said=turned.said, shown=turned.page)
    elif isinstance(turned, Asked):
        await ask_below(update, context, turned.question)
    else:
        await show(update, context, turned)


def left_of(query: CallbackQuery | None, chosen: str) -> Screen | None:
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
    """As the page was sent. Somebody without a name of their own comes back as a mention, and was sent as a link."""
    if entity.user is not None:
        return Entity("text_link", entity.offset, entity.length, url=f"tg://user?id={entity.user.id}")
    return Entity(
        entity.type,
        entity.offset,
        entity.length,
        url=entity.url,
        language=entity.language,
        custom_emoji_id=entity.custom_emoji_id,
        unix_time=int(entity.unix_time.timestamp()) if entity.unix_time else None,
        date_time_format=entity.date_time_format,
    )
