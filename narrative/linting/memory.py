"""Rules about flags, counters and stretches without a decision."""

from collections.abc import Iterator

from narrative.linting.findings import Finding, found
from narrative.story.content import Story
from narrative.story.effects import ClearFlag, Effect
from yabot.core.conditions import Ref

MOST_SILENT = 3
KINDS = {"flag": ("marca", "flag"), "counter": ("contador", "counter")}


def check(story: Story) -> Iterator[Finding]:
    """What is set and never read, read and never set, and used without being declared, or otherwise than declared."""
    declared = {one.key: one.kind for one in story.declared}
    given, read = _given(story), _read(story)
    for ref, place in given.items():
        if ref not in read:
            yield found("NAR207", place, "", ref.key)
    for ref, place in read.items():
        if ref not in given:
            yield found("NAR208", place, "", ref.key)
    for ref, place in {**read, **given}.items():
        if ref.key not in declared:
            yield found("NAR209", place, "", ref.key)
        elif declared[ref.key] != ref.kind:
            es, en = KINDS[ref.kind]
            yield found("NAR225", place, "", ref.key, es, english=(ref.key, en))
    yield from _silent(story)


def _effects(story: Story) -> Iterator[tuple[str, Effect]]:
    for fragment in story.fragments:
        for effect in (*fragment.effects, *(effect for choice in fragment.choices for effect in choice.effects)):
            yield fragment.key, effect


def _given(story: Story) -> dict[Ref, str]:
    """Flags and counters that something sets, with the first place that does."""
    found_: dict[Ref, str] = {}
    for place, effect in _effects(story):
        if effect.is_own and not isinstance(effect, ClearFlag):
            found_.setdefault(next(effect.refs()), place)
    return found_


def _read(story: Story) -> dict[Ref, str]:
    """Flags and counters that something looks at, with the first place that does."""
    found_: dict[Ref, str] = {}
    for fragment in story.fragments:
        conditions = [fragment.condition, *(one.condition for one in fragment.variants)]
        conditions += [choice.condition for choice in fragment.choices]
        for condition in conditions:
            for ref in condition.refs():
                if ref.kind in KINDS:
                    found_.setdefault(ref, fragment.key)
    return found_


def _silent(story: Story) -> Iterator[Finding]:
    """Stretches in which a reader only ever presses one button, from where they begin."""
    only: dict[str, str] = {}
    for fragment in story.fragments:
        ways = [*(choice.target for choice in fragment.choices), *([fragment.fallback] if fragment.fallback else [])]
        if len(ways) == 1 and not fragment.ending:
            only[fragment.key] = ways[0]
    for start in only.keys() - set(only.values()):
        length, key = 1, only[start]
        while key in only and length <= MOST_SILENT:
            length, key = length + 1, only[key]
        if length > MOST_SILENT:
            yield found("NAR213", start, "", start)
