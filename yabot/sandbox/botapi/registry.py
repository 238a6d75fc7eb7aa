"""Method names and the functions behind them."""

from collections.abc import Callable
from typing import Any

from yabot.sandbox.botapi.params import Params
from yabot.sandbox.telegram import Telegram

Method = Callable[[Telegram, Params], Any]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Register the function as the Bot API method of this name."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register
