"""Events and a listening module that exist only in tests."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from yabot.core.events import Event, EventSignal
from yabot.core.models import Priority

MODULE = "listener"


@dataclass(frozen=True, kw_only=True, slots=True)
class ThingHappened(Event):
    """Something, numbered."""

    number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherHappened(Event):
    """Something else, numbered."""

    number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class UrgentHappened(Event):
    """Something that cannot wait."""

    number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class IdleHappened(Event):
    """Something that can wait."""

    number: int = 0


thing_happened = EventSignal(ThingHappened)
other_happened = EventSignal(OtherHappened)
urgent_happened = EventSignal(UrgentHappened, priority=Priority.CRITICAL)
idle_happened = EventSignal(IdleHappened, priority=Priority.LOW)
SIGNALS = (thing_happened, other_happened, urgent_happened, idle_happened)


@contextmanager
def listening(hear: Callable[[Sequence[Event]], object], module: str = MODULE) -> Iterator[None]:
    """Let ``hear`` have every test event on behalf of ``module``."""

    def receive(events: Sequence[Event], **_: object) -> None:
        hear(events)

    for signal in SIGNALS:
        signal.connect(receive, sender=module, dispatch_uid=f"test.{module}")
    try:
        yield
    finally:
        for signal in SIGNALS:
            signal.disconnect(sender=module, dispatch_uid=f"test.{module}")
            signal.forget(module)


class Journal:
    """A listener that writes down what it hears, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[Event]] = []

    def __call__(self, events: Sequence[Event]) -> None:
        self.batches.append(list(events))

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    def numbers(self, user_id: int | None = None) -> list[int]:
        """The numbers heard, of one person or of all."""
        return [event.number for event in self.events if user_id is None or event.user_id == user_id]  # type: ignore[attr-defined]
