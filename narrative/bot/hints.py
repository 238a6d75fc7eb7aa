"""/pistas."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from telegram import Update

from narrative.bot.finding import FIRST
from narrative.services import hints
from narrative.services.hints import HintLine
from yabot.core.bot.home import home
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram import markup
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.limits import ENTITIES
from yabot.core.telegram.screens import Button, Context, Screen, screen, show

SHOWN = 12
OPEN_UNITS, LOCKED_UNITS = 2_400, 1_400  # both lists and their headings fit in one message


async def on_hints(update: Update, context: Context) -> None:
    """/pistas: what the reader knows, and what is missing for the rest."""
    await show(update, context, await in_db(hints_of, person_of(update)))


@for_reader
def hints_of(reader: TelegramUser) -> Screen:
    """The reader's hints."""
    return hints_screen(reader)


def hints_screen(reader: TelegramUser) -> Screen:
    """Open hints with their text, locked ones with what is missing; never more than a message holds.

    Those that have to be found out are only counted: a title gives away what they are about.
    """
    lines = hints.of_reader(reader.pk, reader.spoken_language)
    opened = [line for line in lines if line.is_open]
    closed = [line for line in lines if not line.is_open]
    locked = [line for line in closed if not line.is_secret]
    newest = list(_fitting(reversed(opened), OPEN_UNITS))[::-1]
    next_ones = list(_fitting(locked[:SHOWN], LOCKED_UNITS))
    values = {
        "opened": newest,
        "more_opened": len(opened) - len(newest),
        "locked": next_ones,
        "more_locked": len(locked) - len(next_ones),
        "secret": len(closed) - len(locked),
    }
    combine = len(opened) > 1 and hints.combinable(reader.pk)
    buttons = [(Button(_("🧩 Combinar dos pistas"), FIRST.pack("0", owner=reader.pk)),)] if combine else []
    return screen("hints", values, *buttons, *home(reader))


def _fitting(lines: Iterable[HintLine], units: int) -> Iterator[HintLine]:
    """The first of these that fit, measured as Telegram measures them."""
    entities = ENTITIES - 1  # the heading is one
    for line in lines:
        said = line.body if line.is_open else markup.escape(line.missing)
        text = markup.parse(f"🗝 <b>{markup.escape(line.title)}</b>\n{said}\n\n")
        units -= text.length
        entities -= len(text.entities) if line.is_open else 0
        if min(units, entities) < 0:
            return
        yield line
