"""The doorbell: "there is new work". A hint; the sweep needs no bell.

Rings reach every listener of this process at once, and with Redis the other processes a few milliseconds later.
"""

from collections.abc import Callable

from yabot.core import broker

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
    """Tell every listener, here and in other processes, that there is work for ``topics``."""
    wake(frozenset(topics))
    if broker.is_used():
        from yabot.core import far_bell  # a process without Redis need not load its library

        far_bell.ring(topics)


def hear_others() -> Callable[[], object]:
    """Hear what rings in other processes from now on; call what is returned to end that. Nobody rings without Redis."""
    if not broker.is_used():
        return lambda: None
    from yabot.core.far_bell import FarListener

    listener = FarListener()
    listener.start()
    return listener.stop


def wake(topics: frozenset[str]) -> None:
    """Tell the listeners of this process."""
    for listener in list(_listeners):
        listener(topics)
