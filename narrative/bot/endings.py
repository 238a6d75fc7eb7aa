"""The endings of a story: those found by name, the others as a question mark."""

from django.utils.translation import gettext as _
from telegram import Update

from narrative.bot.buttons import HERE
from narrative.bot.reading import again, in_story, place_in
from narrative.bot.stories import here
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.screens import Context, Screen, screen, show


async def on_endings(update: Update, context: Context) -> None:
    """ "Finales 2/6": below the ending, which stays as it was."""
    assert context.pressed is not None
    shown = await in_db(endings, person_of(update), story=context.pressed.values[0])
    await show(update, context, shown, anew=True)


@for_reader
def endings(reader: TelegramUser, *, story: str) -> Screen:
    """How many endings this story has, and which of them the reader has found."""
    at = place_in(reader, story)
    if at is None:
        return here(reader)
    found, told = {*at.progress.endings, *at.state.endings}, at.told
    language = reader.spoken_language
    names = [
        (one.ending.name.in_(language, told.language) or _("Sin nombre")) if one.key in found else ""
        for one in told.endings
        if one.ending
    ]
    values = {"title": told.title.in_(language, told.language), "names": names, "found": at.endings[0]}
    back = in_story(reader, at, HERE, _("⬅️ Volver a la historia"))
    return screen("endings", values, (again(reader, at),), (back,))
