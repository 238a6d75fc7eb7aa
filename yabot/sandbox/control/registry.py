"""Names of control operations and the functions behind them."""

import inspect
from collections.abc import Callable
from typing import Any

from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.telegram import Telegram

Operation = Callable[..., Any]
OPERATIONS: dict[str, Operation] = {}


def operation(function: Operation) -> Operation:
    """Offer the function under its own name."""
    OPERATIONS[function.__name__] = function
    return function


async def perform(tg: Telegram, name: str, arguments: dict[str, Any]) -> Any:
    """Run one operation. Raises ``Impossible`` for unknown names and arguments."""
    function = OPERATIONS.get(name)
    if function is None:
        raise Impossible(f"there is no operation {name!r}")
    try:
        inspect.signature(function).bind(tg, **arguments)
    except TypeError as mistake:
        raise Impossible(f"{name}: {mistake}") from None
    result = function(tg, **arguments)
    return await result if inspect.isawaitable(result) else result
