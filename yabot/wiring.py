"""What ``runbot`` runs: the composition root's choices in one value."""

from yabot import bot, schedule
from yabot.core.telegram.gateway import Parts

PARTS = Parts(
    raw=bot.RAW,
    answered=bot.ANSWERED,
    allowed_updates=bot.ALLOWED_UPDATES,
    command_menus=bot.command_menus,
    jobs=schedule.JOBS,
    build=bot.build_application,
)
