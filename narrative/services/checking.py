"""The linter with what this community has: its hints, letters, files and saved paths."""

from collections.abc import Callable, Iterable

from django.utils import timezone

from narrative.linting import Finding, Lint, World, lint
from narrative.linting.findings import found
from narrative.models import Hint, LucienTemplate, MediaFile, Story, StoryPath
from narrative.services import drafts, knowledge
from narrative.story import content, playing
from narrative.story.playing import Persona, Walked
from narrative.story.reading import StoryError
from yabot.core import clock

PANEL = {"plays": 60, "steps": 2_000}  # of the readers who play for a panel beside a form
LANGUAGES = ("es", "en")
UNSEEN = {"NAR203", "NAR219"}


def world_of(story: Story, told: content.Story) -> World:
    """What there is outside a story's text. Four statements."""
    files = MediaFile.objects.filter(story=story).values_list("path", "kind")
    return World(
        hints=frozenset(Hint.objects.values_list("key", flat=True)),
        letters=frozenset(LucienTemplate.objects.values_list("key", flat=True)),
        media=dict(files),
        stale={place: bool(names) for place, names in drafts.stale(story, told).items()},
        languages=LANGUAGES,
        now=timezone.localtime(clock.now()),
    )


def review(
    story: Story, told: content.Story | None = None, *, look: Callable[[content.Story, World], Lint] = lint
) -> Lint:
    """Everything the linter finds in a draft, and every saved path that is not as it was."""
    now = told or drafts.told(story)
    result = look(now, world_of(story, now))
    broken = tuple(_paths(now, StoryPath.objects.filter(story=story)))
    return Lint((*result.findings, *broken), result.walks)


def of_fragment(story: Story, told: content.Story, key: str) -> tuple[Finding, ...]:
    """What is proved about one fragment, and whether a few seeded readers were stuck there: that nobody of so few came
    or chose something says nothing."""
    found = lint(told, world_of(story, told), **PANEL)
    return tuple(one for one in found.of(key) if one.code not in UNSEEN)


def _paths(told: content.Story, paths: Iterable[StoryPath]) -> Iterable[Finding]:
    rows = list(paths)
    names = knowledge.hint_titles() if rows else {}
    for path in rows:
        try:
            persona = Persona.from_json(path.persona)
        except StoryError:
            persona = Persona()
        walked = Walked(persona, path.start, path.choices, path.screens)
        change = playing.compare(told, walked, now=clock.now(), names=names)
        if change:
            yield found("NAR221", path.start, "", path.name, change.step)
