"""Asking once more before something is lost."""

from django.utils.translation import gettext as _
from telegram import Update

from narrative.bot.buttons import AGAIN, HERE
from narrative.bot.reading import in_story, of_step, place_in
from narrative.bot.stories import here
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.screens import Context, Screen, Style, screen, show


async def on_ask_again(update: Update, context: Context) -> None:
    """ "Empezar de nuevo" in mid-story: asked below, so that the page stays in the chat."""
    assert context.pressed is not None
    asked = await in_db(ask_again, person_of(update), story=context.pressed.values[0])
    await show(update, context, asked, anew=True)


@for_reader
def ask_again(reader: TelegramUser, *, story: str) -> Screen:
    """What is lost by beginning the story with this token again, and what stays."""
    at = place_in(reader, story)
    if at is None:
        return here(reader)
    return screen(
        "again",
        {"title": at.told.title.in_(reader.spoken_language, at.told.language)},
        (of_step(reader, at, AGAIN, _("Sí, empezar de nuevo"), style=Style.DANGER),),
        (in_story(reader, at, HERE, _("No, volver a la historia")),),
    )
