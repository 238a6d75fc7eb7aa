"""The buttons of a page that somebody of the team sent to their own Telegram."""

from django.utils.translation import gettext as _
from telegram import Update

from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.screens import Alert, Context, show


async def on_trial(update: Update, context: Context) -> None:
    """A button was pressed: nobody moves."""
    await show(update, context, await in_db(said, person_of(update)))


@for_reader
def said(_reader: TelegramUser) -> Alert:
    """That it is a trial."""
    return Alert(_("Es una página de prueba: aquí los botones no llevan a ninguna parte."), box=True)
