"""Rules about how a story hangs together."""

from collections.abc import Iterable, Iterator

from narrative.linting.findings import Finding, World, found
from narrative.linting.reach import Reach, contradiction, leading_to, may_read, reach, ways
from narrative.story.content import BACK, Choice, Fragment, Story
from narrative.story.effects import Effect, GiveBesitos
from narrative.story.uses import uses

KINDS = {
    "item": ("el objeto", "item"),
    "hint": ("la pista", "hint"),
    "letter": ("la carta", "letter"),
    "mission": ("la misión", "mission"),
    "achievement": ("el logro", "achievement"),
    "media": ("el archivo", "file"),
}


def check(story: Story, world: World) -> Iterator[Finding]:
    """Targets, keys, and what can be reached by whom."""
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
    if story.start in story.by_key:
        yield from _reached(story, world)


def _doubles(story: Story) -> Iterator[Finding]:
    """Keys that people take for the same: they differ in - and _ only."""
    seen: dict[str, str] = {}
    for fragment in story.fragments:
        plain = fragment.key.replace("_", "-")
        if plain in seen:
            yield found("NAR109", fragment.key, "", f"{seen[plain]} / {fragment.key}")
        seen.setdefault(plain, fragment.key)


def _outside(story: Story, world: World) -> Iterator[Finding]:
    """Things the story names and nobody has."""
    known = {
        "item": world.items,
        "hint": world.hints,
        "letter": world.letters,
        "mission": world.missions,
        "achievement": world.achievements,
    }
    for fragment in story.fragments:
        for use in dict.fromkeys(uses(fragment)):
            if use.kind == "media" and world.media is not None and use.key not in world.media:
                yield found("NAR108", fragment.key, "", use.key)
            there = known.get(use.kind)
            if there is not None and use.key not in there:
                es, en = KINDS[use.kind]
                yield found("NAR112", fragment.key, use.choice, es, use.key, english=(en, use.key))


def _targets(story: Story, fragment: Fragment) -> Iterator[Finding]:
    for choice in fragment.choices:
        if choice.target != BACK and choice.target not in story.by_key:
            yield found("NAR101", fragment.key, choice.key, _name(story, choice), choice.target or "—")
    if fragment.fallback and fragment.fallback not in story.by_key:
        yield found("NAR101", fragment.key, "", "si todo está cerrado", fragment.fallback)
    if not fragment.choices and not fragment.fallback and not fragment.ending:
        yield found("NAR103", fragment.key)
    if not fragment.text and not fragment.media:
        yield found("NAR115", fragment.key)


def _name(story: Story, choice: Choice) -> str:
    return choice.label.in_(story.language) or choice.key


def _reached(story: Story, world: World) -> Iterator[Finding]:
    everybody, free = reach(story, world, vip=True), reach(story, world, vip=False)
    onward = ways(story, everybody.choices)
    goals = [fragment.key for fragment in story.endings if fragment.key in everybody.fragments]
    hopeful = leading_to(onward, goals)
    free_hopeful = leading_to(ways(story, free.choices), [key for key in goals if key in free.fragments])
    for fragment in story.fragments:
        key = fragment.key
        if key not in everybody.fragments:
            yield from _never(fragment, everybody)
            continue
        if key not in free.fragments and not fragment.vip:
            yield found("NAR201", key)
        yield from _traps(story, fragment, everybody)
        if goals and key not in hopeful and not fragment.ending and (fragment.choices or fragment.fallback):
            yield found("NAR111", key)
        elif goals and key in free.fragments and key in hopeful and key not in free_hopeful and not fragment.ending:
            yield found("NAR202", key)
    yield from _soft_locks(story, everybody, onward)
    yield from _wells(story, everybody)


def _never(fragment: Fragment, everybody: Reach) -> Iterator[Finding]:
    yield found("NAR110" if fragment.ending else "NAR102", fragment.key)
    if not may_read(fragment, True, everybody.best):
        said = fragment.condition.describe("es"), fragment.condition.describe("en")
        yield found("NAR105", fragment.key, "", "este fragmento", said[0], english=("this fragment", said[1]))


def _traps(story: Story, fragment: Fragment, everybody: Reach) -> Iterator[Finding]:
    """Choices nobody can take, and fragments where that is all of them."""
    shut = [choice for choice in fragment.choices if choice.key not in everybody.choices]
    for choice in shut:
        name, condition = _name(story, choice), choice.condition
        clash = contradiction(condition)
        es, en = clash or condition.describe("es"), clash or condition.describe("en")
        yield found("NAR105", fragment.key, choice.key, f"«{name}»", es, english=(f"“{name}”", en))
    if fragment.choices and len(shut) == len(fragment.choices) and not fragment.fallback and not fragment.ending:
        yield found("NAR104", fragment.key)


def _soft_locks(story: Story, everybody: Reach, onward: dict[str, set[str]]) -> Iterator[Finding]:
    """Circles that cost besitos, give none, and let nobody out for free."""
    free = frozenset(choice.key for _fragment, choice in story.choices() if not choice.price) & everybody.choices
    out = leading_to(ways(story, free), [fragment.key for fragment in story.endings])
    rounds = circles(onward)
    gives = {fragment.key for fragment in story.fragments if _gives(fragment.effects)}
    for fragment, choice in story.choices():
        gives |= {fragment.key} if _gives(choice.effects) else set()
    for fragment, choice in story.choices():
        ring = rounds.get(fragment.key)
        if not choice.price or choice.key not in everybody.choices or ring is None or rounds.get(choice.target) != ring:
            continue
        inside = {key for key, number in rounds.items() if number == ring}
        if fragment.key not in out and not inside & gives:
            yield found("NAR116", fragment.key, choice.key, _name(story, choice))


def _wells(story: Story, everybody: Reach) -> Iterator[Finding]:
    """Besitos that a reader can fetch again and again: in circles of free choices that are open each time."""
    open_again = frozenset(
        choice.key
        for fragment, choice in story.choices()
        if not choice.price and choice.repeat != "once" and not (choice.repeat == "visit" and _stays(fragment, choice))
    )
    rounds = circles(ways(story, open_again & everybody.choices))
    for fragment in story.fragments:
        ring = rounds.get(fragment.key)
        if ring is not None and _gives(fragment.effects):
            yield found("NAR222", fragment.key, "", "Llegar aquí", english=("Arriving here",))
        for choice in fragment.choices:
            is_free = not choice.price and choice.repeat != "once" and choice.key in everybody.choices
            leads_round = choice.target == BACK or rounds.get(choice.target) == ring
            if ring is not None and is_free and leads_round and _gives(choice.effects):
                name = _name(story, choice)
                yield found("NAR222", fragment.key, choice.key, f"«{name}»", english=(f"“{name}”",))


def _stays(fragment: Fragment, choice: Choice) -> bool:
    return choice.target == fragment.key


def _gives(effects: Iterable[Effect]) -> bool:
    return any(isinstance(effect, GiveBesitos) for effect in effects)


def circles(onward: dict[str, set[str]]) -> dict[str, int]:
    """The number of the circle each fragment is in; fragments in no circle are left out.

    Kosaraju's strongly connected components: those that are finished last, followed backwards.
    """
    back: dict[str, set[str]] = {key: set() for key in onward}
    for source, targets in onward.items():
        for target in targets & onward.keys():
            back[target].add(source)
    rings: dict[str, int] = {}
    left = set(onward)
    for number, key in enumerate(reversed(_finished(onward))):
        members = _within(key, back, left)
        if len(members) > 1 or key in onward[key]:
            rings.update(dict.fromkeys(members, number))
        left -= members
    return rings


def _finished(onward: dict[str, set[str]]) -> list[str]:
    """The fragments in the order in which a walk into the depth is done with them."""
    order: list[str] = []
    seen: set[str] = set()
    for root in onward:
        work = [(root, False)]
        while work:
            key, is_done = work.pop()
            if is_done:
                order.append(key)
            elif key not in seen:
                seen.add(key)
                work.append((key, True))
                work += [(target, False) for target in sorted(onward[key] & onward.keys()) if target not in seen]
    return order


def _within(key: str, back: dict[str, set[str]], left: set[str]) -> set[str]:
    """Everything among ``left`` that leads to this."""
    members, work = set[str](), [key] if key in left else []
    while work:
        member = work.pop()
        if member not in members:
            members.add(member)
            work += [source for source in back[member] if source in left]
    return members
