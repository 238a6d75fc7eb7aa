"""Drafts: the rows that editors change, and the one value that is checked, played and released.

Nothing else changes those rows: ``narrative.story.content`` reads each fragment, and so checks it, before it is kept.
"""

from narrative.services.drafts.reading import (
    fragment,
    head,
    history,
    read_fragment,
    remembered,
    stale,
    told,
    uses,
)
from narrative.services.drafts.whole import replace, store
from narrative.services.drafts.writing import Edit, remove, rename, write

__all__ = [
    "Edit",
    "fragment",
    "head",
    "history",
    "read_fragment",
    "remembered",
    "remove",
    "rename",
    "replace",
    "stale",
    "store",
    "told",
    "uses",
    "write",
]
