"""/historia, /continuar and links: what there is to read, and where the reader is."""

from django.utils.translation import gettext as _
from telegram import Update

from narrative.bot.buttons import BEGIN, HERE, STORIES, key_of, token
from narrative.bot.reading import in_story, page
from narrative.models import Story
from narrative.services import choices, library
from narrative.story.page import cut
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.screens import Button, Context, Screen, screen, show


async def on_stories(update: Update, context: Context) -> None:
    """/historia: what there is to read."""
    await show(update, context, await in_db(stories_of, person_of(update)))


async def on_continue(update: Update, context: Context) -> None:
    """/continuar: the page the reader is at."""
    await show(update, context, await in_db(page_of, person_of(update)))


async def on_here(update: Update, context: Context) -> None:
    """ "Mirar otra vez", "Volver a la historia": the page of the story whose button it is."""
    assert context.pressed is not None
    await show(update, context, await in_db(page_of, person_of(update), story=context.pressed.values[0]))


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
        return in_story(reader, at, HERE, words)
    if not library.open_stories():
        return None
    return Button(_("▶️ Empezar"), STORIES.pack(owner=reader.pk))


@for_reader
def page_of(reader: TelegramUser, *, story: str = "") -> Screen:
    """The page the reader is at in the story with this token, or in the one they read last; or else the stories."""
    return here(reader, story)


def here(reader: TelegramUser, story: str = "") -> Screen:
    """The same for a reader who is known. A gate that has opened since lets them in."""
    key = key_of(story) if story else ""
    at = (choices.enter(reader.pk, story=key) if key else None) or choices.enter(reader.pk)
    return page(reader, at) if at else stories_screen(reader)


async def on_vip(update: Update, context: Context) -> None:
    """ "Cómo ser VIP"."""
    assert context.pressed is not None
    await show(update, context, await in_db(vip, person_of(update), story=context.pressed.values[0]))


@for_reader
def vip(reader: TelegramUser, *, story: str) -> Screen:
    """What a VIP gets, and who to ask; from there back to the story with this token."""
    return screen("vip", {}, (Button(_("⬅️ Volver a la historia"), HERE.pack(story, owner=reader.pk)),))


def _title(story: Story, language: str) -> str:
    return (story.title_en if language == "en" else "") or story.title_es
