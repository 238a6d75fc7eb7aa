"""The most a reader could have: it only grows."""

from narrative.linting.findings import World
from yabot.core.conditions import Facts

PLENTY = 10**12


class Plenty(dict[str, int]):
    """As many of everything as anybody could want."""

    def get(self, key: object, default: object = None) -> int:
        """Plenty, whatever is asked for."""
        return PLENTY


class AnyKey(frozenset[str]):
    """A set that has every key."""

    def __contains__(self, key: object) -> bool:
        return True


class AnyState(str):
    """A mission's state that is whichever is asked for."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


class Missions(dict[str, str]):
    """Missions that can be in any state."""

    def __init__(self, known: frozenset[str] | None) -> None:
        super().__init__()
        self._known = known

    def get(self, key: object, default: object = None) -> str | None:  # type: ignore[override]
        """Any state of a mission that there is."""
        return AnyState() if self._known is None or key in self._known else None


class Best:
    """What the story has given so far, at most; ``facts`` always shows it as it is now."""

    def __init__(self, world: World, *, vip: bool) -> None:
        self.reached: dict[str, int] = {}
        self.chosen: dict[str, int] = {}
        self.flags: set[str] = set()
        self.counters: dict[str, int] = {}
        self.items = Plenty() if world.items is None else dict.fromkeys(world.items, PLENTY)
        self.facts = Facts(
            PLENTY if world.free_besitos else 0,
            PLENTY,
            vip=vip,
            items=self.items,
            hints=AnyKey() if world.hints is None else world.hints,
            missions=Missions(world.missions),
            achievements=AnyKey() if world.achievements is None else world.achievements,
            visited=self.reached,
            chosen=self.chosen,
            flags=self.flags,
            counters=self.counters,
            now=world.now,
        )
