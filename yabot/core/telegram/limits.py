"""Telegram's limits, each with the Bot API sentence it comes from (10.2), and the checks that keep to them.

Lengths of text are counted in UTF-16 code units, as entity offsets are: never fewer than the "characters" of the
documentation, so what passes here passes there.
"""

import re
from typing import ClassVar, Final

from yabot.core.errors import DomainError

TEXT: Final = 4096
"""``sendMessage.text``: "1-4096 characters after entities parsing"."""

CAPTION: Final = 1024
"""``sendPhoto.caption``: "0-1024 characters after entities parsing"."""

ENTITIES: Final = 100
"""Entities beyond the hundredth lose their formatting (Bot FAQ limits; ``MessageLimit.MESSAGE_ENTITIES``)."""

CALLBACK_DATA: Final = 64
"""``InlineKeyboardButton.callback_data``: "1-64 bytes", of UTF-8."""

CALLBACK_ANSWER: Final = 200
"""``answerCallbackQuery.text``: "0-200 characters"."""

BUTTONS: Final = 100
"""Buttons of one inline keyboard (``InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER``)."""

ROW: Final = 8
"""Buttons of one keyboard row (``InlineKeyboardMarkupLimit.BUTTONS_PER_ROW``)."""

DEEP_LINK: Final = 64
"""The ``start`` parameter of a bot link: "up to 64 characters", A-Z, a-z, 0-9, _ and - only."""

_DEEP_LINK = re.compile(rf"[A-Za-z0-9_-]{{1,{DEEP_LINK}}}")


class CallbackDataRefused(DomainError, ValueError):
    """The data of a button is empty or longer than Telegram carries. A programming error, not a person's."""

    code: ClassVar[str] = "TXT003"

    def sentence(self, language: str) -> str:
        if language == "en":
            return f"A button carries between 1 and {CALLBACK_DATA} bytes."
        return f"Un botón lleva entre 1 y {CALLBACK_DATA} bytes."


class DeepLinkRefused(DomainError, ValueError):
    """The parameter of a deep link has a length or a character that Telegram does not carry."""

    code: ClassVar[str] = "TXT004"

    def sentence(self, language: str) -> str:
        if language == "en":
            return f"A link to the bot carries between 1 and {DEEP_LINK} letters without accents, digits, _ or -."
        return f"Un enlace al bot lleva entre 1 y {DEEP_LINK} letras sin tilde, cifras, _ o -."


def check_callback_data(data: str) -> str:
    """Give ``data`` back when a button can carry it; raises CallbackDataRefused."""
    if not 1 <= len(data.encode("utf-8", "surrogatepass")) <= CALLBACK_DATA:
        raise CallbackDataRefused(data[:CALLBACK_DATA])
    return data


def check_deep_link(parameter: str) -> str:
    """Give ``parameter`` back when ``?start=`` can carry it; raises DeepLinkRefused."""
    if not _DEEP_LINK.fullmatch(parameter):
        raise DeepLinkRefused(parameter[:DEEP_LINK])
    return parameter
