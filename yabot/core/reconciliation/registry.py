"""The checks: who compares what, in words that people read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from yabot.core.chains import Text

Fact = str | int


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One place where rows do not fit together. ``facts`` fill the sentences of its kind."""

    kind: str
    object: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    user_id: int | None = None


Repair = Callable[[Sequence[Discrepancy]], Iterable[Discrepancy]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of discrepancy: what people read, and who mends it.

    ``repair`` joins a transaction, looks again, has exactly the effect the normal path would have had, and returns what
    it really changed; running it twice changes nothing. Without one, a person decides, and ``advice`` says what.
    ``advice`` is shown as what was done where there is a ``repair``. ``page`` makes the object's address in the admin
    from its model (``"core.outgoingmessage"``). ``once``: what is broken again after its repair is left for a person.
    """

    sentence: Text
    advice: Text
    repair: Repair | None = None
    page: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What one step of a walk looked at. An empty ``position`` says that the walk has come to its end."""

    looked_at: int
    position: str = ""
    found: Sequence[Discrepancy] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison. ``look`` reads a bounded number of rows after a position and writes nothing.

    It must look at nothing that is younger than ``windows.SETTLED`` and must read what is pending before it reads the
    effects, so that live traffic never looks like damage.
    """

    name: str
    title: Text
    look: Callable[[str], Window]
    kinds: Mapping[str, Kind]


_checks: dict[str, Check] = {}


def offer(*checks: Check) -> None:
    """Have these checks run with all the others. Called in an ``AppConfig.ready``."""
    for check in checks:
        _checks[check.name] = check


def checks() -> list[Check]:
    """Every check, in a fixed order."""
    return [_checks[name] for name in sorted(_checks)]


def kind_of(check: str, kind: str) -> Kind | None:
    """The words for a finding; None when the check no longer exists."""
    known = _checks.get(check)
    return known.kinds.get(kind) if known else None
