"""One reaction's whole chain: what each module has to say about a correlation id, as one tree in time.

A module registers a function that finds its rows of a chain, and the names of its events for people, in its
``AppConfig.ready``. The admin's chain page shows what all of them found.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainLink:
    """One row of a chain. ``cause`` is the id of the link it follows from; None: from what began the chain.

    ``tone`` is a name of ``yabot.core.admin.base.Tone``; ``details`` is folded away until asked for.
    """

    id: UUID | None
    at: datetime
    title: Text
    text: Text = ""
    cause: UUID | None = None
    user_id: int | None = None
    state: Text = ""
    tone: str = "muted"
    details: str = ""
    url: str = ""
    depth: int = 0


Finder = Callable[[UUID], Sequence[ChainLink]]

_finders: dict[str, Finder] = {}
_names: dict[str, Text] = {}


def offer(module: str, finder: Finder, *, event_names: Mapping[str, Text] | None = None) -> None:
    """Let ``finder`` add its links to every chain, and name this module's events for people."""
    _finders[module] = finder
    _names.update(event_names or {})


def event_name(type_name: str) -> Text:
    """What staff read instead of ``besitos_added``."""
    return _names.get(type_name) or type_name.replace("_", " ").capitalize()


def module_name(label: str) -> str:
    """What people call a module."""
    try:
        return str(apps.get_app_config(label).verbose_name)
    except LookupError:
        return label


def links(correlation_id: UUID) -> list[ChainLink]:
    """The whole chain, each link after its cause and below it (``depth``). A few statements for each module."""
    found = [link for finder in _finders.values() for link in finder(correlation_id)]
    return list(_tree(sorted(found, key=lambda link: link.at), root=correlation_id))


def _tree(found: Sequence[ChainLink], root: UUID) -> Iterator[ChainLink]:
    """Depth first. A cause that is not in the chain counts as none; ``root`` is the id of the chain's update."""
    known = {link.id for link in found if link.id is not None}
    begin = root if root in known else None
    children: dict[UUID | None, list[ChainLink]] = defaultdict(list)
    for link in found:
        cause = link.cause if link.cause in known and link.cause != link.id else begin
        children[None if link.id == root else cause].append(link)
    yield from _below(children, None, 0)
    yield from [link for part in children.values() for link in part]  # causes in a circle are shown all the same


def _below(children: dict[UUID | None, list[ChainLink]], cause: UUID | None, depth: int) -> Iterable[ChainLink]:
    for link in children.pop(cause, []):
        yield replace(link, depth=depth)
        if link.id is not None:
            yield from _below(children, link.id, depth + 1)
