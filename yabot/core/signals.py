"""What an event is, and the signals that carry events to modules."""

import functools
import re
import sys
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.dispatch import Signal

from yabot.core.correlation import Trace
from yabot.core.models import Priority


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened. ``trace`` is its place in the chain: set on delivery; on publishing, its cause's."""

    user_id: int | None = None
    trace: Trace | None = field(default=None, compare=False, repr=False)

    @classmethod
    @functools.cache
    def type_name(cls) -> str:
        """``BesitosAdded`` is ``besitos_added`` in rows, in the API and in webhooks."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


Wish = Callable[[Any], bool]


class EventSignal(Signal):
    """A Django signal that carries a list of one kind of event to one module at a time.

    Receivers are connected as always (``@receiver(besitos_added)``) and get ``events``, a list in order; the module
    is the receiver's top-level package. They run inside the delivery's transaction and act on the whole list.
    """

    known: ClassVar[dict[str, "EventSignal"]] = {}
    _curious: ClassVar[list[tuple[Callable[..., object], str, Wish]]] = []  # who listens to every public event

    def __init__(
        self,
        event: type[Event],
        *,
        priority: Priority = Priority.NORMAL,
        is_public: bool = True,
        private: Iterable[str] = (),
    ) -> None:
        """Other programs may hear of a public event, without its ``private`` fields."""
        super().__init__()
        self.event = event
        self.priority = priority
        self.is_public = is_public
        self.private = frozenset(private)
        self.modules: list[str] = []
        self._picky: dict[str, list[Wish]] = {}  # modules whose every receiver has a wish
        self.known[event.type_name()] = self
        self._codec = _Codec(event)
        for receiver, module, wish in self._curious if is_public else ():
            self.connect(receiver, sender=module, wish=wish)

    @classmethod
    def connect_to_public(cls, receiver: Callable[..., object], module: str, wish: Wish) -> None:
        """Let ``receiver`` hear every public event there is and will be, on behalf of ``module``."""
        cls._curious.append((receiver, module, wish))
        for signal in cls.known.values():
            if signal.is_public:
                signal.connect(receiver, sender=module, wish=wish)

    def connect(
        self,
        receiver: Callable[..., object],
        sender: object = None,
        weak: bool = False,
        dispatch_uid: str | None = None,
        wish: "Wish | None" = None,
    ) -> None:
        """Let ``receiver`` hear this event on behalf of its module (or of the module named by ``sender``).

        ``wish`` is asked when an event is published, in microseconds and without the database: a module none of whose
        receivers wants the event gets no delivery.
        """
        module = sys.intern(str(sender or receiver.__module__.partition(".")[0]))
        uid = dispatch_uid or f"{receiver.__module__}.{receiver.__qualname__}"
        super().connect(receiver, sender=module, weak=False, dispatch_uid=uid)
        self._note_wish(module, wish)
        if module not in self.modules:
            self.modules = sorted([*self.modules, module])

    def _note_wish(self, module: str, wish: "Wish | None") -> None:
        if wish is not None and (module not in self.modules or module in self._picky):
            self._picky.setdefault(module, []).append(wish)
        else:
            self._picky.pop(module, None)

    def wanted_by(self, event: "Event") -> list[str]:
        """The modules that are to hear this event."""
        if not self._picky:
            return self.modules
        return [
            module
            for module in self.modules
            if module not in self._picky or any(wish(event) for wish in self._picky[module])
        ]

    def forget(self, module: str) -> None:
        """Write no more deliveries for a module whose receivers were disconnected."""
        self.modules = [name for name in self.modules if name != module]
        self._picky.pop(module, None)

    def encode(self, event: Event) -> str:
        """The event's own fields as JSON text."""
        return self._codec.encode(event)

    def decode(self, payload: str, *, user_id: int | None, trace: Trace) -> Event:
        """The event again, as its module will hear it."""
        return self._codec.decode(payload, user_id, trace)


class _Codec:
    """Turns events of one type into JSON text and back; ids and times keep their types."""

    _readers: ClassVar[dict[Any, Callable[[str], Any]]] = {UUID: UUID, datetime: datetime.fromisoformat}

    def __init__(self, event: type[Event]) -> None:
        self._event = event
        self._names = [part.name for part in fields(event) if part.name not in {"user_id", "trace"}]
        self._values = attrgetter(*self._names, "user_id", "user_id")  # at least two, so always a tuple
        hints = typing.get_type_hints(event)
        kinds = {name: _plain(hints[name]) for name in self._names}
        self._special = {name: self._readers[kind] for name, kind in kinds.items() if kind in self._readers}

    def encode(self, event: Event) -> str:
        return orjson.dumps(dict(zip(self._names, self._values(event), strict=False))).decode()

    def decode(self, payload: str, user_id: int | None, trace: Trace) -> Event:
        given = orjson.loads(payload)
        for name, read in self._special.items():
            if given.get(name) is not None:
                given[name] = read(given[name])
        return self._event(user_id=user_id, trace=trace, **given)


def _plain(hint: Any) -> Any:
    """``UUID | None`` is a UUID."""
    options = [part for part in typing.get_args(hint) if part is not type(None)]
    return options[0] if len(options) == 1 else hint


def signal_of(event: Event | type[Event]) -> EventSignal:
    """The signal that carries this event."""
    return EventSignal.known[event.type_name()]
