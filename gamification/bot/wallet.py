"""/saldo and /historial."""

from django.utils.translation import gettext as _
from telegram import Update

from gamification.services import wallets
from yabot.core.bot.home import home
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.screens import Button, Context, Screen, screen, show

HISTORY = CallbackAction("historial")
WALLET = CallbackAction("saldo")
LINES = 10


async def on_balance(update: Update, context: Context) -> None:
    """/saldo, or its button."""
    await show(update, context, await in_db(balance, person_of(update)))


@for_reader
def balance(reader: TelegramUser) -> Screen:
    """How many besitos the reader has."""
    return balance_screen(reader)


def balance_screen(reader: TelegramUser) -> Screen:
    """The wallet, with a way to its history."""
    history = Button(_("Ver historial"), HISTORY.pack(owner=reader.pk))
    return screen("balance", {"balance": wallets.balance_of(reader.pk)}, (history,), *home(reader))


async def on_history(update: Update, context: Context) -> None:
    """/historial, or its button."""
    await show(update, context, await in_db(history, person_of(update)))


@for_reader
def history(reader: TelegramUser) -> Screen:
    """The last movements with their reasons."""
    lines = wallets.history(reader.pk, limit=LINES)
    back = Button(_("Mi saldo"), WALLET.pack(owner=reader.pk))
    return screen("history", {"lines": lines, "balance": wallets.balance_of(reader.pk)}, (back,), *home(reader))
