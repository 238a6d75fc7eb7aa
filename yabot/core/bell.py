"""The in-process doorbell: "there is new work". A hint; the sweep needs no bell."""

from collections.abc import Callable

_listeners: list[Callable[[], object]] = []


def listen(listener: Callable[[], object]) -> None:
    """Have ``listener`` called (from any thread, quickly) whenever something was committed that waits for work."""
    _listeners.append(listener)


def forget(listener: Callable[[], object]) -> None:
    """Stop calling ``listener``."""
    if listener in _listeners:
        _listeners.remove(listener)


def ring() -> None:
    """Tell every listener."""
    for listener in list(_listeners):
        listener()
