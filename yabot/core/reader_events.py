"""What happened to readers and chats themselves."""

from dataclasses import dataclass

from yabot.core.events import Event, EventSignal


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderStarted(Event):
    """A person wrote /start for the first time. Not published when they come back after a block."""

    payload: str


reader_started = EventSignal(ReaderStarted, private={"payload"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatMoved(Event):
    """A group became a supergroup and has another id: rename it wherever it stands. May be heard more than once."""

    chat_id: int
    moved_to: int


chat_moved = EventSignal(ChatMoved)
