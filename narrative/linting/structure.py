"""Rules about how a story hangs together."""

from collections.abc import Iterator

from narrative.linting.findings import Finding, World, found
from narrative.linting.given import given
from narrative.linting.words import name, says_anything
from narrative.story.content import BACK, Fragment, Story
from narrative.story.uses import Use, uses

KINDS = {
    "item": ("el objeto", "item"),
    "hint": ("la pista", "hint"),
    "letter": ("la carta", "letter"),
    "mission": ("la misión", "mission"),
    "achievement": ("el logro", "achievement"),
    "fragment": ("el fragmento", "fragment"),
    "choice": ("la opción", "choice"),
}
ALIKE = ({"video", "animation"}, {"audio", "voice"})  # Telegram takes one for the other


def check(story: Story, world: World) -> Iterator[Finding]:
    """Targets and keys."""
    if story.start not in story.by_key:
        yield found("NAR114")
    elif story.by_key[story.start].condition or story.by_key[story.start].vip:
        yield found("NAR214", story.start)
    if not story.endings:
        yield found("NAR113")
    yield from _doubles(story)
    yield from _outside(story, world)
    for fragment in story.fragments:
        yield from _targets(story, fragment)
        yield from _file(fragment, world)


def _doubles(story: Story) -> Iterator[Finding]:
    """Keys that people take for the same: they differ in - and _ only."""
    seen: dict[str, str] = {}
    for fragment in story.fragments:
        plain = fragment.key.replace("_", "-")
        if plain in seen:
            yield found("NAR109", fragment.key, "", f"{seen[plain]} / {fragment.key}")
        seen.setdefault(plain, fragment.key)


def _outside(story: Story, world: World) -> Iterator[Finding]:
    """Things the story names and nobody has, and things it asks for and nobody gives."""
    known = {
        "item": world.items,
        "hint": world.hints,
        "letter": world.letters,
        "mission": world.missions,
        "achievement": world.achievements,
        "fragment": story.by_key.keys(),
        "choice": {choice.key for _fragment, choice in story.choices()},
    }
    mine = given(story)
    for fragment in story.fragments:
        ways = {fragment.fallback, *(choice.target for choice in fragment.choices)}
        for use in dict.fromkeys(uses(fragment)):
            there = known.get(use.kind)
            is_missing = there is not None and use.key not in there
            if is_missing and not (use.kind == "fragment" and use.key in ways):  # a way that leads nowhere is another
                yield _named("NAR112", fragment, use)
            elif there is None and use.kind in {"item", "mission", "achievement"} and (use.kind, use.key) not in mine:
                yield _named("NAR223", fragment, use)


def _named(code: str, fragment: Fragment, use: Use) -> Finding:
    es, en = KINDS[use.kind]
    return found(code, fragment.key, use.choice, es, use.key, english=(en, use.key))


def _targets(story: Story, fragment: Fragment) -> Iterator[Finding]:
    for choice in fragment.choices:
        if choice.target != BACK and choice.target not in story.by_key:
            yield found("NAR101", fragment.key, choice.key, name(story, choice), choice.target or "—")
    if fragment.fallback and fragment.fallback not in story.by_key:
        yield found("NAR101", fragment.key, "", "si todo está cerrado", fragment.fallback)
    if not fragment.choices and not fragment.fallback and not fragment.ending:
        yield found("NAR103", fragment.key)
    if not fragment.media and not any(says_anything(text) for text in fragment.text.by_language.values()):
        yield found("NAR115", fragment.key)


def _file(fragment: Fragment, world: World) -> Iterator[Finding]:
    """A picture that is not there, or is none."""
    if fragment.media is None or world.media is None:
        return
    file, kind = fragment.media.file, fragment.media.kind
    stored = world.media.get(file)
    if stored is None:
        yield found("NAR108", fragment.key, "", file)
    elif kind not in {stored, "document"} and not any({kind, stored} <= pair for pair in ALIKE):
        yield found("NAR118", fragment.key, "", file, stored, kind)
