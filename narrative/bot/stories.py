"""/historia, /continuar and links: what there is to read, and where the reader is."""

from dataclasses import replace

from django.utils.translation import gettext as _
from telegram import Update

from narrative.bot.buttons import BEGIN, GO_ON, HERE, PITCH, STORIES, key_of, token
from narrative.bot.reading import again, home, in_story, page
from narrative.models import Story
from narrative.services import choices, knowledge, library
from narrative.services.choices import Place
from narrative.story.page import cut
from yabot.core.bot.home import help_button
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.bot.start import Offer
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.screens import Button, Context, Rows, Screen, screen, show


async def on_stories(update: Update, context: Context) -> None:
    """/historia: what there is to read."""
    await show(update, context, await in_db(stories_of, person_of(update)))


async def on_continue(update: Update, context: Context) -> None:
    """/continuar, and the button that says so: the page the reader is at, as a new message."""
    await show(update, context, await in_db(page_of, person_of(update)), anew=True)


async def on_here(update: Update, context: Context) -> None:
    """ "Mirar otra vez", "Volver a la historia": the page of the story whose button it is."""
    assert context.pressed is not None
    await show(update, context, await in_db(page_of, person_of(update), story=context.pressed.values[0]))


@for_reader
def stories_of(reader: TelegramUser) -> Screen:
    """The stories, each with its button."""
    return stories_screen(reader)


def stories_screen(reader: TelegramUser) -> Screen:
    """The promise of the only story; of several a list, with the way on for whoever reads one already."""
    found = library.open_stories()
    if len(found) == 1:
        return pitch(reader, found[0])
    if not found:
        return screen("stories", {"count": 0}, (help_button(reader),))
    at = choices.where(reader.pk)
    rows = [(_go_on(reader, at),)] if at else []
    rows += [(_about(reader, story),) for story in found]
    return screen("stories", {"count": len(found), "place": _place(reader, at) if at else ""}, *rows)


async def on_pitch(update: Update, context: Context) -> None:
    """A story's button in the list."""
    assert context.pressed is not None
    await show(update, context, await in_db(pitch_of, person_of(update), story=context.pressed.values[0]))


@for_reader
def pitch_of(reader: TelegramUser, *, story: str) -> Screen:
    """What the story with this token promises."""
    return story_by_link(reader, key_of(story))


def story_by_link(reader: TelegramUser, key: str) -> Screen:
    """``?start=cuento-casa``: what a story promises, and one button."""
    found = library.open_stories()
    told = next((story for story in found if story.key == key), None)
    if told is None:
        return stories_screen(reader)
    shown = pitch(reader, told)
    return shown if len(found) == 1 else replace(shown, buttons=(*shown.buttons, (home(reader),)))


def pitch(reader: TelegramUser, story: Story) -> Screen:
    """The title, a paragraph and one button; for whoever reads it already also the way to its beginning."""
    at = choices.where(reader.pk, story=story.key)
    return screen("pitch", _promise(reader, story), *_ways_in(reader, story, at))


def first_step(reader: TelegramUser) -> Offer | None:
    """The welcome's offer: the page the reader is at, the only story, or the list."""
    at, found = choices.where(reader.pk), library.open_stories()
    if at:
        more = ((home(reader),),) if len(found) > 1 else ()
        return Offer(rows=((_go_on(reader, at),), (again(reader, at),), *more))
    if len(found) == 1:
        return Offer(rows=_ways_in(reader, found[0], None), **_promise(reader, found[0]))
    return Offer(rows=((Button(_("▶️ Empezar"), STORIES.pack(owner=reader.pk)),),)) if found else None


def ways_on(reader: TelegramUser) -> tuple[Button, ...]:
    """The way back to reading from any other screen; costs nothing to offer."""
    return Button(_("▶️ Continuar"), GO_ON.pack(owner=reader.pk)), home(reader)


def _promise(reader: TelegramUser, story: Story) -> dict[str, str]:
    told = library.told_in(story.live_id) if story.live_id else None
    words = told.pitch.in_(reader.spoken_language, told.language) if told else ""
    return {"title": _title(story, reader.spoken_language), "pitch": words}


def _ways_in(reader: TelegramUser, story: Story, at: Place | None) -> Rows:
    if at:
        return ((_go_on(reader, at),), (again(reader, at),))
    return ((Button(_("▶️ Empezar"), BEGIN.pack(token(story.key), owner=reader.pk)),),)


def _go_on(reader: TelegramUser, at: Place) -> Button:
    place = _place(reader, at)
    words = cut(_("▶️ Continuar: %(place)s") % {"place": place}) if place else _("▶️ Continuar")
    return in_story(reader, at, BEGIN, words)


def _place(reader: TelegramUser, at: Place) -> str:
    """Where the reader is, in words; a closed chapter is not told by its name."""
    return "" if at.scene.gate else at.scene.fragment.title.in_(reader.spoken_language, at.told.language)


def _about(reader: TelegramUser, story: Story) -> Button:
    return Button(cut("📖 " + _title(story, reader.spoken_language)), PITCH.pack(token(story.key), owner=reader.pk))


@for_reader
def page_of(reader: TelegramUser, *, story: str = "") -> Screen:
    """The page the reader is at in the story with this token, or in the one they read last; or else the stories."""
    return here(reader, story)


def here(reader: TelegramUser, story: str = "") -> Screen:
    """The same for a reader who is known. A gate that has opened since lets them in."""
    at = (choices.enter(reader.pk, story=key_of(story)) if story else None) or choices.enter(reader.pk)
    return page(reader, at) if at else stories_screen(reader)


async def on_vip(update: Update, context: Context) -> None:
    """ "Cómo ser VIP"."""
    assert context.pressed is not None
    await show(update, context, await in_db(vip, person_of(update), story=context.pressed.values[0]))


@for_reader
def vip(reader: TelegramUser, *, story: str) -> Screen:
    """What a VIP gets, and who to ask; from there back to the story with this token."""
    asked = knowledge.invitation()
    words = asked.en if reader.spoken_language == "en" else asked.es
    door = ((Button(words, url=asked.url),),) if asked.url else ()
    back = Button(_("⬅️ Volver a la historia"), HERE.pack(story, owner=reader.pk))
    return screen("vip", {"has_door": bool(door)}, *door, (back,))


def _title(story: Story, language: str) -> str:
    return (story.title_en if language == "en" else "") or story.title_es
