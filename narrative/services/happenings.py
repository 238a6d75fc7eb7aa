"""What happened to a reader, as Lucien's habits look at it: whoever told of it."""

from dataclasses import dataclass, replace
from typing import Protocol

from narrative.events import DecisionMade, FragmentCompleted, HintUnlocked, StoryBegun
from narrative.models import Occasion
from narrative.services.about import NOTHING, About
from yabot.core import correlation
from yabot.core.correlation import Trace


class AboutReader(Protocol):
    """An event about a reader."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def trace(self) -> Trace | None: ...


class Paid(AboutReader, Protocol):
    """A reader has more besitos than before."""

    @property
    def amount(self) -> int: ...
    @property
    def balance(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Happening:
    """``id`` is the same for the same thing, however often it is heard; ``key`` is what a habit may ask for;
    ``balance`` is what the reader has since ``amount`` came to it."""

    occasion: Occasion
    user_id: int
    id: str
    trace: Trace
    key: str = ""
    about: About = NOTHING
    amount: int = 0
    balance: int = 0


def decision(event: DecisionMade) -> Happening:
    """A choice was taken."""
    about = About(story=event.story, fragment=event.fragment, choice=event.choice, step=event.step)
    return _of(event, Occasion.DECISION, event.choice, about)


def beginning(event: StoryBegun) -> Happening:
    """A story was begun."""
    return _of(event, Occasion.BEGUN, "", About(story=event.story, fragment=event.fragment, step=event.step))


def completion(event: FragmentCompleted) -> Happening:
    """A fragment was left, or one that ends the story was reached."""
    about = About(story=event.story, fragment=event.fragment, ending=event.ending)
    return _of(event, occasion_of(event), event.ending or event.fragment, about)


def occasion_of(event: FragmentCompleted) -> Occasion:
    """Which of the two it was."""
    return Occasion.ENDING if event.ending else Occasion.LEFT


def discovery(event: HintUnlocked) -> Happening:
    """A hint opened."""
    return _of(event, Occasion.HINT, event.hint_key, About(hint=event.hint_key))


def start(event: AboutReader) -> Happening:
    """Somebody wrote to the bot for the first time."""
    return _of(event, Occasion.STARTED)


def membership(event: AboutReader) -> Happening:
    """Somebody is VIP from now on."""
    return _of(event, Occasion.VIP)


def payment(event: Paid) -> Happening:
    """Somebody has more besitos."""
    return replace(_of(event, Occasion.BESITOS), amount=event.amount, balance=event.balance)


def _of(event: AboutReader, occasion: Occasion, key: str = "", about: About = NOTHING) -> Happening:
    assert event.user_id is not None, "these events are about somebody"
    trace = event.trace or correlation.current()
    return Happening(occasion, event.user_id, (trace.event_id or trace.correlation_id).hex, trace, key, about)
