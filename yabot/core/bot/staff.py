"""``/start equipo-…``: a person of the team links their own Telegram to the back office."""

from yabot.core import staff
from yabot.core.bot.home import help_button
from yabot.core.models import TelegramUser
from yabot.core.telegram.screens import Screen, screen


def linked_by(reader: TelegramUser, code: str) -> Screen:
    """Who is linked now, or that the code is no good any more."""
    return screen("staff", {"name": staff.link(code, user_id=reader.pk)}, (help_button(reader),))
