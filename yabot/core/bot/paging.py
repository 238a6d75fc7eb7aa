"""A list on several pages: one row that says which page this is and leads to the ones beside it."""

from collections.abc import Callable

from yabot.core.telegram.screens import Button, Rows


def pager(turn: Callable[[int], str], page: int, pages: int) -> Rows:
    """ "‹ 2/3 ›"; ``turn`` makes the data of a page's button, counted from 0. No row for a single page."""
    if pages < 2:
        return ()
    back = (Button("‹", turn(page - 1)),) if page > 0 else ()
    on = (Button("›", turn(page + 1)),) if page + 1 < pages else ()
    return ((*back, Button(f"{page + 1}/{pages}", turn(page)), *on),)


def pages_of(count: int, each: int) -> int:
    """How many pages so many lines make; an empty list is one page."""
    return max(1, -(-count // each))
