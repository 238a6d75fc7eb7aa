"""What a reader is told when something goes wrong, and how it reaches the log."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from telegram import Update

from yabot.core import correlation
from yabot.core.bot import start
from yabot.core.bot.readers import person_of
from yabot.core.database import is_away
from yabot.core.errors import DomainError, ModuleAway
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import ForgedCallback, unpack
from yabot.core.telegram.pages import lead_back
from yabot.core.telegram.screens import Alert, Context, show

log = logging.getLogger(__name__)

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]


def checked(handler: Handler) -> Handler:
    """Let a button's handler run only with data this bot made for the person who pressed it."""

    async def run(update: Update, context: Context) -> None:
        query = update.callback_query
        assert query is not None
        context.pressed = unpack(query.data or "", user_id=query.from_user.id)
        await handler(update, context)

    return run


async def on_unknown_press(update: Update, context: Context) -> None:
    """A button no handler knows."""
    raise ForgedCallback


async def on_module_away(update: Update, context: Context) -> None:
    """A command or a button of a module that this process does not run."""
    raise ModuleAway


async def on_error(update: object, context: Context) -> None:
    """Any exception of a handler: refusals become their sentence, everything else is logged with a code to report."""
    error = context.error
    if not isinstance(update, Update) or error is None:
        log.error("an error outside an update", exc_info=error)
        return
    if isinstance(error, ForgedCallback):
        query = update.callback_query
        log.warning("forged callback data from %s: %.80r", query and query.from_user.id, query and query.data)
    elif is_away(error):
        context.bot_data.failed[update.update_id] = error  # it is tried again, and its reader told meanwhile
        log.warning("update %s waits for the database: %s", update.update_id, error)
        return
    elif not isinstance(error, DomainError):
        context.bot_data.failed[update.update_id] = error
        log.error("update %s failed", update.update_id, exc_info=error)
    if update.effective_user is None:
        return
    said = Alert(await _sentence(update, error), box=True)
    if isinstance(error, ForgedCallback) and _is_private(update):
        await lead_back(update, context, said=said, shown=await in_db(start.welcomed, person_of(update)))
    else:
        await show(update, context, said)


def _is_private(update: Update) -> bool:
    """A press in their own chat; a channel's or a group's buttons are there for others, too."""
    query, chat = update.callback_query, update.effective_chat
    return query is not None and chat is not None and chat.type == chat.PRIVATE


async def _sentence(update: Update, error: BaseException) -> str:
    language = await in_db(_language, person_of(update).id)
    if isinstance(error, DomainError):
        return error.sentence(language)
    code = correlation.current().correlation_id.hex[-6:].upper()
    with translation.override(language):
        return _("Algo se rompió aquí; tu progreso está a salvo. Código %(code)s.") % {"code": code}


def _language(user_id: int) -> str:
    reader = TelegramUser.objects.filter(pk=user_id).first()
    return reader.spoken_language if reader else "es"
