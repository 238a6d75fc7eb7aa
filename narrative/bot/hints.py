"""/pistas."""

from telegram import Update

from narrative.services import hints
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.screens import Context, Screen, screen, show

SHOWN = 12  # the newest open ones and the next locked ones fit on one screen


async def on_hints(update: Update, context: Context) -> None:
    """/pistas: what the reader knows, and what is missing for the rest."""
    await show(update, context, await in_db(hints_of, person_of(update)))


@for_reader
def hints_of(reader: TelegramUser) -> Screen:
    """The reader's hints."""
    return hints_screen(reader)


def hints_screen(reader: TelegramUser) -> Screen:
    """Open hints with their text, locked ones with what is missing; never more than a message holds."""
    lines = hints.of_reader(reader.pk, reader.spoken_language)
    opened = [line for line in lines if line.is_open]
    locked = [line for line in lines if not line.is_open]
    shown, used = [], 0
    for line in reversed(opened):
        used += len(line.title) + len(line.body)
        if used <= 2_500:
            shown.insert(0, line)
    values = {
        "opened": shown,
        "more_opened": len(opened) - len(shown),
        "locked": locked[:SHOWN],
        "more_locked": max(0, len(locked) - SHOWN),
    }
    return screen("hints", values)
