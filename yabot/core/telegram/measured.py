"""Counts what every handler of PTB's Application does."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.ext import Application

from yabot.core.metrics import Kind, measured, named


def measure_handlers(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """From now on each handler's calls are counted under its function's module and name."""
    for group in application.handlers.values():
        for handler in group:
            handler.callback = _counting(handler.callback)


def _counting(callback: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    operation = named(Kind.HANDLER, callback)

    @functools.wraps(callback)
    async def counted(*args: Any) -> Any:
        with measured(operation):
            return await callback(*args)

    return counted
