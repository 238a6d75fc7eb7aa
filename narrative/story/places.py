"""Where fragments that nobody has put anywhere stand on the map: beside what leads to them, and on nothing else."""

from collections import deque
from collections.abc import Iterator, Mapping

from narrative.story.content import Fragment, Story

COLUMN, ROW = 240, 84  # how far two fragments stand from each other
PULL = 0.7
LOOSE = 8  # fragments without any link stand in rows of so many

Place = tuple[int, int]


def places(story: Story, *, anew: bool = False) -> dict[str, Place]:
    """A place for each fragment: its own, or one step to the right of the first that leads to it.

    ``anew``: as if nobody had put any of them anywhere.
    """
    grid = _Grid({} if anew else {part.key: part.position for part in story.fragments if part.position})
    links = {part.key: list(_links(story, part)) for part in story.fragments}
    linked = {key for keys in links.values() for key in keys}
    roots = [key for key in (story.start, *links) if key in links and (links[key] or key in linked)]
    for root in roots:
        grid.grow(root, links)
    grid.spread(key for key in links if key not in grid.at)
    return grid.at


def _links(story: Story, part: Fragment) -> Iterator[str]:
    for key in (*(choice.target for choice in part.choices), part.fallback):
        if key in story.by_key and key != part.key:
            yield key


class _Grid:
    """What stands where. Cells are as large as a fragment and the room around it."""

    def __init__(self, placed: Mapping[str, Place]) -> None:
        self.at: dict[str, Place] = dict(placed)
        self._full = {cell for x, y in placed.values() for cell in _cells(x, y)}
        self._lowest = max((row for _column, row in self._full), default=-2)
        self._grown: set[str] = set()

    def grow(self, root: str, links: Mapping[str, list[str]]) -> None:
        """Put a fragment, and step by step everything it leads to, where there is room."""
        if root not in self.at:
            self._put(root, 0, self._lowest + 2)
        waiting = deque([root])
        while waiting:
            key = waiting.popleft()
            if key in self._grown:
                continue
            self._grown.add(key)
            new = [target for target in dict.fromkeys(links[key]) if target not in self.at]
            for number, target in enumerate(new):
                self._beside(target, *self.at[key], number - (len(new) - 1) // 2)
            waiting.extend(links[key])

    def spread(self, keys: Iterator[str]) -> None:
        """Put fragments without links below everything else."""
        below = self._lowest + 2
        for number, key in enumerate(keys):
            self._put(key, number % LOOSE, below + number // LOOSE)

    def _beside(self, key: str, x: int, y: int, below: int) -> None:
        """One column to the right, as near to so many rows below as there is room; a little nearer to the middle,
        or a long story would wander off downwards."""
        column, row, away = round(x / COLUMN) + 1, round(y / ROW * PULL) + below, 0
        while (column, row + away) in self._full:
            away = -away if away > 0 else 1 - away
        self._put(key, column, row + away)

    def _put(self, key: str, column: int, row: int) -> None:
        self.at[key] = (column * COLUMN, row * ROW)
        self._full.add((column, row))
        self._lowest = max(self._lowest, row)


def _cells(x: int, y: int) -> set[tuple[int, int]]:
    """The cells that a fragment at this place touches."""
    return {(column, row) for column in (x // COLUMN, -(-x // COLUMN)) for row in (y // ROW, -(-y // ROW))}
