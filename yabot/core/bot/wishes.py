"""/ajustes: the reader's language, how fast pages come, and when the bot is silent."""

from django.utils.translation import gettext as _
from telegram import Update

from yabot.core import people
from yabot.core.bot import start
from yabot.core.bot.home import home
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.screens import Button, Context, Screen, screen, show

PACE = CallbackAction("ritmo")
QUIET = CallbackAction("silencio")
LANGUAGES = CallbackAction("idiomas")
NIGHTS = (None, (22, 8), (23, 9), (0, 10))


async def on_wishes(update: Update, context: Context) -> None:
    """/ajustes, and the way back to it."""
    await show(update, context, await in_db(wishes, person_of(update)))


async def on_languages(update: Update, context: Context) -> None:
    """ "Idioma"."""
    await show(update, context, await in_db(start.language, person_of(update)))


async def on_pace(update: Update, context: Context) -> None:
    """ "Ritmo": the other one."""
    await show(update, context, await in_db(change_pace, person_of(update)))


async def on_quiet(update: Update, context: Context) -> None:
    """ "Silencio": the next of the nights."""
    await show(update, context, await in_db(change_quiet, person_of(update)))


@for_reader
def wishes(reader: TelegramUser) -> Screen:
    """What the reader wishes."""
    return wishes_screen(reader)


@for_reader
def change_pace(reader: TelegramUser) -> Screen:
    """At once, or calmly."""
    reader.is_calm = not reader.is_calm
    people.wish(reader.pk, is_calm=reader.is_calm)
    return wishes_screen(reader)


@for_reader
def change_quiet(reader: TelegramUser) -> Screen:
    """The next of the nights."""
    now = None if reader.quiet_from is None or reader.quiet_until is None else (reader.quiet_from, reader.quiet_until)
    place = NIGHTS.index(now) if now in NIGHTS else 0
    reader.quiet_from, reader.quiet_until = NIGHTS[(place + 1) % len(NIGHTS)] or (None, None)
    people.wish(reader.pk, quiet_from=reader.quiet_from, quiet_until=reader.quiet_until)
    return wishes_screen(reader)


def wishes_screen(reader: TelegramUser) -> Screen:
    """Each wish with its button."""
    calm = bool(reader.is_calm)
    hours = None if reader.quiet_from is None else (f"{reader.quiet_from:02}:00", f"{reader.quiet_until:02}:00")
    quiet = _("de %(start)s a %(end)s") % {"start": hours[0], "end": hours[1]} if hours else _("nunca")
    values = {"language": start.SPOKEN[reader.spoken_language], "calm": calm, "quiet": quiet, "zone": reader.time_zone}
    return screen(
        "wishes",
        values,
        (Button(_("Idioma"), LANGUAGES.pack(owner=reader.pk)),),
        (Button(_("Ritmo: al momento") if calm else _("Ritmo: con calma"), PACE.pack(owner=reader.pk)),),
        (Button(_("Cambiar el silencio"), QUIET.pack(owner=reader.pk)),),
        *home(reader),
    )
