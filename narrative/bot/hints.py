"""/pistas."""

from telegram import Update

from narrative.services import hints
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.screens import Context, Screen, show


async def on_hints(update: Update, context: Context) -> None:
    """/pistas: what the reader knows, and what is missing for the rest."""
    await show(update, context, await in_db(hints_of, person_of(update)))


@for_reader
def hints_of(reader: TelegramUser) -> Screen:
    """The reader's hints."""
    return hints_screen(reader)


def hints_screen(reader: TelegramUser) -> Screen:
    """Open hints with their text, locked ones with what is missing."""
    return Screen(hints.page(reader.pk, reader.spoken_language))
