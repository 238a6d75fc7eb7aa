"""The one bridge from async code to the database."""

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings

from yabot.core.database import with_healthy_connection

P = ParamSpec("P")
R = TypeVar("R")


@functools.cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=settings.DATABASE_THREADS, thread_name_prefix="yabot-db")


async def in_db(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run sync code that uses the database on a thread of a sized pool, with a healthy connection.

    The current chain (correlation id) and language go along. ``function`` must be safe to repeat: when its connection
    turns out to be dead it is run once again.
    """
    context = contextvars.copy_context()
    call = functools.partial(context.run, with_healthy_connection(function), *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_pool(), call)


def close_pool() -> None:
    """Let the threads end."""
    _pool().shutdown(wait=False)
    _pool.cache_clear()
