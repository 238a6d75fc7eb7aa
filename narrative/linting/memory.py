"""Rules about flags, counters and stretches without a decision."""

from collections.abc import Iterator

from narrative.linting.findings import Finding, found
from narrative.story.content import Story
from narrative.story.effects import ClearFlag, Effect

MOST_SILENT = 3


def check(story: Story) -> Iterator[Finding]:
    """What is set and never read, read and never set, and used without being declared."""
    declared = {one.key for one in story.declared}
    given, read = _given(story), _read(story)
    for key, place in given.items():
        if key not in read:
            yield found("NAR207", place, "", key)
    for key, place in read.items():
        if key not in given:
            yield found("NAR208", place, "", key)
    for key, place in {**read, **given}.items():
        if key not in declared:
            yield found("NAR209", place, "", key)
    yield from _silent(story)


def _effects(story: Story) -> Iterator[tuple[str, Effect]]:
    for fragment in story.fragments:
        for effect in (*fragment.effects, *(effect for choice in fragment.choices for effect in choice.effects)):
            yield fragment.key, effect


def _given(story: Story) -> dict[str, str]:
    """Flags and counters that something sets, with the first place that does."""
    found_: dict[str, str] = {}
    for place, effect in _effects(story):
        if effect.is_own and not isinstance(effect, ClearFlag):
            found_.setdefault(next(effect.refs()).key, place)
    return found_


def _read(story: Story) -> dict[str, str]:
    """Flags and counters that something looks at, with the first place that does."""
    found_: dict[str, str] = {}
    for fragment in story.fragments:
        conditions = [fragment.condition, *(one.condition for one in fragment.variants)]
        conditions += [choice.condition for choice in fragment.choices]
        for condition in conditions:
            for ref in condition.refs():
                if ref.kind in {"flag", "counter"}:
                    found_.setdefault(ref.key, fragment.key)
    return found_


def _silent(story: Story) -> Iterator[Finding]:
    """Stretches in which a reader only ever presses one button."""
    only = {
        fragment.key: fragment.choices[0].target
        for fragment in story.fragments
        if len(fragment.choices) == 1 and not fragment.ending
    }
    followed = set(only.values())
    for start in only:
        if start in followed and not _joined(story, start, only):
            continue
        stretch, key = [start], only[start]
        while key in only and key not in stretch:
            stretch.append(key)
            key = only[key]
        if len(stretch) > MOST_SILENT:
            yield found("NAR213", start, "", start)


def _joined(story: Story, key: str, only: dict[str, str]) -> bool:
    """Whether a stretch begins here although a silent fragment leads here: several ways come together."""
    sources = {fragment.key for fragment, choice in story.choices() if choice.target == key}
    return not any(source in only for source in sources)
