"""Links that open a story, a fragment or a hint in the chat."""

import secrets

from narrative.errors import NoSuchLink
from narrative.models import StoryLink
from yabot.core import people
from yabot.core.transactions import atomic

PREFIX, STORY = "h-", "cuento-"
MOST = 64  # letters of what follows ?start=


@atomic
def link_to(*, story: str = "", fragment: str = "", hint: str = "") -> StoryLink:
    """The link to this story, this fragment of it or this hint; made when it is asked for the first time."""
    made = {"token": secrets.token_urlsafe(9)[:10]}
    return StoryLink.objects.get_or_create(story=story, fragment=fragment, hint=hint, defaults=made)[0]


def find(token: str) -> StoryLink:
    """What a link's token stands for. Raises NoSuchLink."""
    found = StoryLink.objects.filter(token=token).first() if token else None
    if found is None:
        raise NoSuchLink
    return found


def to_story(key: str) -> str:
    """The address of a story, readable where its key is short enough; empty while the bot's name is not known yet."""
    bot = people.bot_name()
    if bot and len(STORY + key) <= MOST:
        return f"https://t.me/{bot}?start={STORY}{key}"
    return address(link_to(story=key)) if bot else ""


def address(link: StoryLink) -> str:
    """What is shared; empty while the bot's name is not known yet."""
    bot = people.bot_name()
    return f"https://t.me/{bot}?start={PREFIX}{link.token}" if bot else ""
