"""Stories for tests: made by hand for one point, or of any shape by hypothesis."""

import random
from typing import Any

from hypothesis import strategies as st

from narrative.story.content import ALWAYS, MEDIA, Choice, Declared, Ending, Fragment, Media, Story, Variant
from narrative.story.effects import (
    AssignMission,
    ClearFlag,
    Count,
    Effect,
    GiveBesitos,
    GiveItem,
    SendLetter,
    SetFlag,
    TakeItem,
    UnlockHint,
)
from narrative.story.reading import Words
from tests.core.test_condition_kinds import CONDITIONS

KEYS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,12}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
WORDS = st.dictionaries(st.sampled_from(["es", "en", "fr"]), TEXTS.filter(bool), max_size=3).map(Words)
EFFECTS_OF: dict[type[Effect], st.SearchStrategy[Effect]] = {
    GiveItem: st.builds(GiveItem, KEYS, st.integers(1, 10_000)),
    TakeItem: st.builds(TakeItem, KEYS, st.integers(1, 10_000)),
    GiveBesitos: st.builds(GiveBesitos, st.integers(1, 1_000_000)),
    SetFlag: st.builds(SetFlag, KEYS),
    ClearFlag: st.builds(ClearFlag, KEYS),
    Count: st.builds(Count, KEYS, st.integers(1, 10_000) | st.integers(-10_000, -1)),
    UnlockHint: st.builds(UnlockHint, KEYS),
    AssignMission: st.builds(AssignMission, KEYS),
    SendLetter: st.builds(SendLetter, KEYS),
}
EFFECTS = st.one_of(*EFFECTS_OF.values())
MEDIAS = st.builds(
    Media,
    file=KEYS.map(lambda key: f"{key}.jpg"),
    kind=st.sampled_from(MEDIA),
    alt=WORDS,
    spoiler=st.booleans(),
)
DECLARED = st.builds(Declared, KEYS, st.sampled_from(["flag", "counter"]), TEXTS, WORDS)


def words(text: str = "", **others: str) -> Words:
    """A Spanish text, and others."""
    return Words({name: said for name, said in {"es": text, **others}.items() if said})


def choice(target: str, key: str = "", label: str = "", **more: Any) -> Choice:
    """A choice with a label."""
    return Choice(key=key or f"a-{target}", label=words(label or f"A {target}"), target=target, **more)


def fragment(key: str, *choices: Choice, text: str = "", **more: Any) -> Fragment:
    """A fragment with a text."""
    return Fragment(
        key=key, title=words(key.capitalize()), text=words(text or f"Estás en {key}."), choices=choices, **more
    )


def ending(key: str, name: str = "", **more: Any) -> Fragment:
    """A fragment that ends the story."""
    return fragment(key, ending=Ending(words(name or f"Final {key}")), **more)


def story(*fragments: Fragment, **more: Any) -> Story:
    """A story that begins with its first fragment."""
    values: dict[str, Any] = {"key": "casa", "title": words("La casa"), "start": fragments[0].key if fragments else ""}
    return Story(**{**values, **more}, fragments=fragments)


def chain(length: int) -> Story:
    """One fragment after the other; from each, a choice jumps anywhere."""
    dice = random.Random(1)
    parts = [
        fragment(
            f"f{n}", choice(f"f{n + 1}", key=f"a{n}"), choice(f"f{dice.randrange(length)}", key=f"b{n}", label="Salto")
        )
        for n in range(length - 1)
    ]
    return story(*parts, ending(f"f{length - 1}"))


def chapters(count: int, length: int = 25) -> Story:
    """Chapters that branch like trees and come together before the next one."""
    parts = []
    for chapter in range(count):
        for n in range(length):
            ways = [f"c{chapter}-{min(length - 1, 2 * n + step)}" for step in (1, 2)]
            if n == length - 1:
                ways = [f"c{min(count - 1, chapter + 1)}-0", f"c{chapter}-0"]
            taken = [choice(to, key=f"c{chapter}-{n}-{side}", label=f"Vía {side}") for side, to in enumerate(ways)]
            parts.append(fragment(f"c{chapter}-{n}", *taken))
    return story(*parts[:-1], ending(parts[-1].key))


@st.composite
def any_story(draw: st.DrawFn) -> Story:
    """Any story that can be stored; it need not make sense."""
    keys = draw(st.lists(KEYS, min_size=1, max_size=6, unique=True))
    names = draw(st.lists(KEYS, min_size=0, max_size=10, unique=True))
    fragments = []
    for key in keys:
        mine = [names.pop() for _ in range(draw(st.integers(0, min(3, len(names)))))]
        fragments.append(
            draw(
                st.builds(
                    Fragment,
                    key=st.just(key),
                    title=WORDS,
                    text=WORDS,
                    choices=st.tuples(*(_choices(name, keys) for name in mine)),
                    media=st.none() | MEDIAS,
                    ending=st.none() | st.builds(Ending, WORDS),
                    vip=st.booleans(),
                    condition=CONDITIONS | st.just(ALWAYS),
                    variants=st.lists(st.builds(Variant, CONDITIONS, WORDS), max_size=2).map(tuple),
                    effects=st.lists(EFFECTS, max_size=3).map(tuple),
                    fallback=st.just("") | st.sampled_from(keys),
                    checkpoint=st.booleans(),
                    undo=st.booleans(),
                    tags=st.lists(KEYS, max_size=3).map(tuple),
                    position=st.none() | st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)),
                    note=TEXTS,
                )
            )
        )
    return Story(
        key=draw(KEYS),
        title=draw(WORDS),
        start=draw(st.sampled_from(keys)),
        pitch=draw(WORDS),
        tells_left=draw(st.booleans()),
        declared=tuple(draw(st.lists(DECLARED, max_size=3, unique_by=lambda one: one.key))),
        fragments=tuple(fragments),
    )


def _choices(key: str, targets: list[str]) -> st.SearchStrategy[Choice]:
    return st.builds(
        Choice,
        key=st.just(key),
        label=WORDS,
        target=st.sampled_from(["<", *targets]),
        condition=CONDITIONS | st.just(ALWAYS),
        effects=st.lists(EFFECTS, max_size=3).map(tuple),
        price=st.integers(0, 1_000_000),
        locked=st.sampled_from(["show", "hide"]),
        repeat=st.sampled_from(["always", "once", "visit"]),
    )
