"""The state file: the world survives a restart of the sandbox."""

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path

from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import dumps, loads

SAVE_EVERY = 2.0


def load_state(tg: Telegram, path: Path) -> bool:
    """Take over the saved world; whether there was one."""
    if not path.is_file():
        return False
    tg.restore(loads(path.read_bytes()))
    return True


def save_state(tg: Telegram, path: Path) -> None:
    """Write the world; the old file stays until the new one is complete."""
    _replace(path, dumps(tg.stored()))


def _replace(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


async def keep_saving(tg: Telegram, path: Path) -> None:
    """Run for ever: write the world every few seconds when something changed."""
    saved: object = None
    while True:
        marks = (tg.world.revision, tg.updates.confirmed_id, tg.updates.allowed, tg.journal.number)
        if marks != saved:
            await _finish(asyncio.to_thread(_replace, path, dumps(tg.stored())))
            saved = marks
        await asyncio.sleep(SAVE_EVERY)


async def _finish(writing: Coroutine[None, None, None]) -> None:
    """Wait for the write even when cancelled, so that it cannot overtake the one at exit."""
    task = asyncio.ensure_future(writing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
