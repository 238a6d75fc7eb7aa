"""What happened to readers themselves."""

from dataclasses import dataclass

from yabot.core.events import Event, EventSignal


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderStarted(Event):
    """A person wrote /start for the first time. Not published when they come back after a block."""

    payload: str


reader_started = EventSignal(ReaderStarted)
