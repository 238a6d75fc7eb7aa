"""Which hints this process knows to be open for whom: an open hint stays open, so remembering it is safe.

Only speed: a long-time reader holds the conditions of every hint they opened in years, at every reaction.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from narrative.services.catalogue import OpenHint

_READERS = 20_000
_known: OrderedDict[int, set[UUID]] = OrderedDict()


class Pair(Protocol):
    """A hint and a reader."""

    @property
    def hint(self) -> OpenHint: ...
    @property
    def user_id(self) -> int: ...


def is_known(user_id: int, hint_id: UUID) -> bool:
    """Whether the hint is certainly open for this reader."""
    known = _known.get(user_id)
    return known is not None and hint_id in known


def remember(pairs: Iterable[Pair]) -> None:
    """These are open, as the commit has just said."""
    for pair in pairs:
        _known.setdefault(pair.user_id, set()).add(pair.hint.id)
    while len(_known) > _READERS:
        _known.popitem(last=False)
