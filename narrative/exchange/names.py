"""Keys that nobody has yet."""

from collections.abc import Iterable

STEM = 56  # leaves room for a number


class Names:
    """Keys that are taken. However often the same is asked for, each answer takes the same time."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def fresh(self, base: str) -> str:
        """``base``, or what nobody has of ``base-2``, ``base-3`` …; it is taken from now on."""
        key, stem = base, base[:STEM]
        while key in self._taken:
            self._last[stem] = self._last.get(stem, 1) + 1
            key = f"{stem}-{self._last[stem]}"
        self._taken.add(key)
        return key
