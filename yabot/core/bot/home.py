"""The way on from every screen that is not a story's page."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from yabot.core.models import TelegramUser
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.screens import Button, Rows

WISHES = CallbackAction("ajustes")
HELP = CallbackAction("ayuda")
WayOn = Callable[[TelegramUser], Iterable[Button]]
ways_on: list[WayOn] = []  # filled by the composition root: where the modules that run lead


def home(reader: TelegramUser) -> Rows:
    """One row that leads back to what the reader came for; none where no module offers any."""
    row = tuple(button for way in ways_on for button in way(reader))
    return (row,) if row else ()


def help_button(reader: TelegramUser) -> Button:
    """ "Qué sé hacer"."""
    return Button(_("Qué sé hacer"), HELP.pack(owner=reader.pk))


def wishes_button(reader: TelegramUser) -> Button:
    """ "Ajustes"."""
    return Button(_("⚙️ Ajustes"), WISHES.pack(owner=reader.pk))
