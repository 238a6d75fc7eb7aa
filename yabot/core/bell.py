"""The in-process doorbell: "there is new work". A hint; the sweep needs no bell."""

from collections.abc import Callable

MESSAGES = "messages"  # rung for the outbox
CALLS = "calls"  # rung for calls that other programs are owed
INBOX = "inbox"  # rung for updates that a webhook stored; every other topic is a module's name
Listener = Callable[[frozenset[str]], object]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have ``listener`` called (from any thread, quickly) with the topics for which something was committed."""
    _listeners.append(listener)


def forget(listener: Listener) -> None:
    """Stop calling ``listener``."""
    if listener in _listeners:
        _listeners.remove(listener)


def ring(*topics: str) -> None:
    """Tell every listener that there is work for ``topics``."""
    for listener in list(_listeners):
        listener(frozenset(topics))
