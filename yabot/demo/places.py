"""Where one run keeps its things, and who may use them."""

import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another process works in this folder."""


def take(folder: Path) -> IO[str]:
    """Make ``folder`` if needed and keep it to this process until it ends. Raises AlreadyRunning."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "running.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise AlreadyRunning(str(folder)) from None
    return file


def shown(path: Path) -> str:
    """The path as short as it can be said from where the person stands."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
