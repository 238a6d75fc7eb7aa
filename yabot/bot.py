"""Which Telegram handlers run, in which order: the bot's composition root."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from telegram import Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from channeladmin.bot import hearts
from channeladmin.services.hearts import PRESS
from gamification.bot import wallet
from narrative.bot import asking, buttons, endings, finding, hints, links, stories, trying, turning
from narrative.services.trials import TRIAL
from yabot.core import modules
from yabot.core.bot import errors, home, staff, start, wishes
from yabot.core.bot.errors import checked
from yabot.core.staff import PREFIX
from yabot.core.telegram import raw
from yabot.core.telegram.client import BotApi
from yabot.core.telegram.lane import RawHandler
from yabot.core.telegram.measured import measure_handlers
from yabot.core.telegram.request import AiohttpRequest
from yabot.core.telegram.screens import BotData, Context

# Newer kinds than PTB knows, by name: they are stored, and wait for a version that handles them.
NEWER_UPDATES = ("subscription",)
ALLOWED_UPDATES = tuple(dict.fromkeys([*Update.ALL_TYPES, *NEWER_UPDATES]))

RAW: Mapping[str, RawHandler] = {
    "message_reaction": raw.on_reactions,
    "message_reaction_count": raw.on_reaction_counts,
    "my_chat_member": raw.on_my_membership,
}
ANSWERED = frozenset({"message", "callback_query", "channel_post"})


def build_application(*, token: str, api_url: str, file_url: str, api: BotApi) -> Application:
    """PTB's Application with YABOT's handlers, over the given client's connections."""
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(api_url)
        .base_file_url(file_url)
        .request(AiohttpRequest(api))
        .get_updates_request(AiohttpRequest(api))
        .context_types(ContextTypes(context=Context, bot_data=BotData))
        .updater(None)
        .job_queue(None)
        .build()
    )
    private = filters.ChatType.PRIVATE
    application.add_handler(CommandHandler("start", start.on_start, private))
    application.add_handler(CommandHandler(["saldo", "balance"], here(wallet.on_balance), private))
    application.add_handler(CommandHandler(["historial", "history"], here(wallet.on_history), private))
    application.add_handler(CommandHandler(["pistas", "hints"], here(hints.on_hints), private))
    application.add_handler(CommandHandler(["historia", "story"], here(stories.on_stories), private))
    application.add_handler(CommandHandler(["continuar", "continue"], here(stories.on_continue), private))
    application.add_handler(CommandHandler(["codigo", "code"], here(finding.on_code), private))
    application.add_handler(CommandHandler(["ajustes", "settings"], wishes.on_wishes, private))
    application.add_handler(CommandHandler(["ayuda", "help"], start.on_help, private))
    application.add_handler(CommandHandler(["idioma", "language"], start.on_language, private))
    _add_buttons(application)
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, start.on_chat_moved))
    if modules.runs("channeladmin"):
        application.add_handler(MessageHandler(filters.UpdateType.CHANNEL_POST, hearts.on_channel_post))
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGE & private, start.on_other_text))
    application.add_error_handler(errors.on_error)
    measure_handlers(application)
    offer_links()
    return application


def _add_buttons(application: Application) -> None:
    """Those that are pressed most come first: each press is compared with one after the other."""
    application.add_handler(CallbackQueryHandler(checked(here(hearts.on_heart)), PRESS.pattern))
    application.add_handler(CallbackQueryHandler(checked(start.on_language_chosen), start.LANGUAGE.pattern))
    application.add_handler(CallbackQueryHandler(checked(here(turning.on_step)), buttons.STEP.pattern))
    application.add_handler(CallbackQueryHandler(checked(here(turning.on_begin)), buttons.BEGIN.pattern))
    application.add_handler(CallbackQueryHandler(checked(here(turning.on_again)), buttons.AGAIN.pattern))
    application.add_handler(CallbackQueryHandler(checked(here(stories.on_here)), buttons.HERE.pattern))
    for handler, action in STORY_BUTTONS:
        application.add_handler(CallbackQueryHandler(checked(here(handler)), action.pattern))
    for handler, action in WISH_BUTTONS:
        application.add_handler(CallbackQueryHandler(checked(handler), action.pattern))
    application.add_handler(CallbackQueryHandler(checked(here(wallet.on_history)), wallet.HISTORY.pattern))
    application.add_handler(CallbackQueryHandler(checked(here(wallet.on_balance)), wallet.WALLET.pattern))
    application.add_handler(CallbackQueryHandler(errors.on_unknown_press))


def offer_links() -> None:
    """What links to the bot open, and what a newcomer is offered first."""
    screens = {"saldo": wallet.balance_screen, "pistas": hints.hints_screen, "historia": stories.stories_screen}
    start.deep_links.update({name: screen for name, screen in screens.items() if _runs_here(screen)})
    opened = {"cuento-": stories.story_by_link, "c-": finding.code_screen, "h-": links.by_link}
    start.deep_prefixes.update({name: screen for name, screen in opened.items() if _runs_here(screen)})
    start.deep_prefixes[PREFIX] = staff.linked_by
    home.ways_on[:] = [stories.ways_on] if _runs_here(stories.ways_on) else []
    start.first_steps[:] = [stories.first_step] if _runs_here(stories.first_step) else []


def here(handler: errors.Handler) -> errors.Handler:
    """The handler where its module runs; elsewhere one that says that the service is away."""
    return handler if _runs_here(handler) else errors.on_module_away


def _runs_here(function: Callable[..., Any]) -> bool:
    return modules.runs(function.__module__.partition(".")[0])


STORY_BUTTONS = (
    (turning.on_undo, buttons.UNDO),
    (turning.on_checkpoint, buttons.CHECKPOINT),
    (endings.on_endings, buttons.ENDINGS),
    (turning.on_jump, buttons.JUMP),
    (turning.on_pay, buttons.PAY),
    (turning.on_keep, buttons.KEEP),
    (asking.on_ask_again, buttons.ASK_AGAIN),
    (stories.on_pitch, buttons.PITCH),
    (stories.on_continue, buttons.GO_ON),
    (stories.on_stories, buttons.STORIES),
    (stories.on_vip, buttons.VIP),
    (trying.on_trial, TRIAL),
    (finding.on_first, finding.FIRST),
    (finding.on_second, finding.SECOND),
    (finding.on_more, finding.MORE),
    (hints.on_hints, finding.LIST),
)
WISH_BUTTONS = (
    (start.on_help, home.HELP),
    (wishes.on_wishes, home.WISHES),
    (wishes.on_languages, wishes.LANGUAGES),
    (wishes.on_pace, wishes.PACE),
    (wishes.on_pictures, wishes.PICTURES),
    (wishes.on_zones, wishes.ZONES),
    (wishes.on_zone, wishes.ZONE),
    (wishes.on_quiet, wishes.QUIET),
)
COMMANDS = {
    "es": ("historia", "continuar", "saldo", "historial", "pistas", "codigo", "ajustes", "ayuda"),
    "en": ("story", "continue", "balance", "history", "hints", "code", "settings", "help"),
}


def command_menus() -> list[dict[str, object]]:
    """The calls that set the "/" menu: in private chats, Spanish for everybody and English for its speakers."""
    menus: list[dict[str, object]] = [{"commands": [], "scope": {"type": "all_group_chats"}}]
    for code, names in COMMANDS.items():
        with override(code):
            said = [
                _("Las historias"),
                _("Seguir leyendo"),
                _("Tus besitos"),
                _("De dónde vino cada besito"),
                _("Tus pistas"),
                _("Probar un código secreto"),
                _("Idioma, hora, ritmo y silencio"),
                _("Qué sé hacer"),
            ]
        commands = [{"command": name, "description": text} for name, text in zip(names, said, strict=True)]
        scope = {"type": "all_private_chats"}
        menus.append({"commands": commands, "scope": scope, **({"language_code": code} if code != "es" else {})})
    return menus
