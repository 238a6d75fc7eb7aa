"""What readers carry in their bag. Declared for whoever asks; ``gamification`` provides it once it has a bag."""

from dataclasses import dataclass, field

from yabot.core.ports.names import Name
from yabot.core.ports.operations import MOST_READERS, Question


@dataclass(frozen=True, slots=True)
class ItemsAsked:
    """Whose items."""

    user_ids: tuple[int, ...] = field(metadata={"maxItems": MOST_READERS})


@dataclass(frozen=True, slots=True)
class Items:
    """How many of each item, by its key, each of them has; people with an empty bag are absent.

    ``names`` has every item there is, those that nobody has, too.
    """

    by_user: dict[int, dict[str, int]]
    names: dict[str, Name] = field(default_factory=dict)


items: Question[ItemsAsked, Items] = Question(
    "gamification", "items", ItemsAsked, Items, summary="What readers carry in their bag"
)
