"""Tags that mean something: ``vip``, ``ending``, ``checkpoint`` and ``hint-KEY``."""

import re
from collections.abc import Iterable
from dataclasses import replace

from narrative.story.content import Ending, Fragment
from narrative.story.effects import Effect, UnlockHint
from narrative.story.reading import KEY, Words

MOST_TAGS, MOST_LETTERS, MOST_HINTS = 50, 64, 12
_BLANK = re.compile(r"\s")


def kept(tags: Iterable[str]) -> tuple[str, ...]:
    """Each tag once, as many as can be stored."""
    return tuple(dict.fromkeys(tag[:MOST_LETTERS] for tag in tags if tag))[:MOST_TAGS]


def unlocked(tags: Iterable[str]) -> tuple[UnlockHint, ...]:
    """The hints that tags unlock."""
    keys = [tag[5:].lower() for tag in tags if tag.startswith("hint-")]
    return tuple(UnlockHint(key) for key in dict.fromkeys(keys) if KEY.match(key))[:MOST_HINTS]


def written(fragment: Fragment) -> list[str]:
    """The tags a fragment has in Twine: its own, and those for what it is."""
    meant = (("ending", fragment.ending), ("vip", fragment.vip), ("checkpoint", fragment.checkpoint))
    return list(dict.fromkeys([_as_word(tag) for tag in fragment.tags] + [word for word, held in meant if held]))


def changed(fragment: Fragment, given: Iterable[str], name: Words) -> Fragment:
    """The fragment with the tags that were put on or taken off in Twine; ``name`` is for an ending that has become
    one."""
    before, now = set(written(fragment)), list(given)
    added, gone = [tag for tag in now if tag not in before], before - set(now)
    if not added and not gone:
        return fragment
    ending = fragment.ending or (Ending(name) if "ending" in added else None)
    return replace(
        fragment,
        tags=kept([*(tag for tag in fragment.tags if _as_word(tag) not in gone), *added]),
        vip=(fragment.vip or "vip" in added) and "vip" not in gone,
        ending=None if "ending" in gone else ending,
        checkpoint=(fragment.checkpoint or "checkpoint" in added) and "checkpoint" not in gone,
        effects=_joined(fragment, added),
    )


def _joined(fragment: Fragment, added: Iterable[str]) -> tuple[Effect, ...]:
    new = [effect for effect in unlocked(added) if effect not in fragment.effects]
    return (*fragment.effects, *new[: max(0, MOST_HINTS - len(fragment.effects))])


def _as_word(tag: str) -> str:
    return _BLANK.sub("-", tag)
