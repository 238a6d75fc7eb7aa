"""Rules about locks that readers see: each says what is missing."""

from collections.abc import Iterator

from narrative.linting.findings import Finding, World, found
from narrative.story.content import Story
from yabot.core.conditions import Condition, CounterTest, FlagTest


def check(story: Story, world: World) -> Iterator[Finding]:
    """Flags and counters that lock something for all to see, and have no words for it in one of the languages."""
    said = {one.key: one.missing for one in story.declared}
    silent: dict[tuple[str, str], str] = {}
    for place, condition in _shown(story):
        for key in _asked(condition):
            for language in sorted({*world.languages, *story.languages}):
                if key in said and not said[key].by_language.get(language):
                    silent.setdefault((key, language), place)
    for (key, language), place in silent.items():
        yield found("NAR228", place, "", key, language)


def _shown(story: Story) -> Iterator[tuple[str, Condition]]:
    """The conditions whose sentences readers read: of fragments, and of choices that are not hidden."""
    for fragment in story.fragments:
        yield fragment.key, fragment.condition
        yield from ((fragment.key, choice.condition) for choice in fragment.choices if choice.locked == "show")


def _asked(condition: Condition) -> Iterator[str]:
    """What a reader may have too little of; of too much there is nothing to say."""
    for test in condition:
        if isinstance(test, FlagTest) and not test.negated:
            yield test.flag
        elif isinstance(test, CounterTest) and not test.negated and test.op != "below":
            yield test.counter
