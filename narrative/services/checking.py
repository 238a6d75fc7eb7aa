"""The linter with what this community has: its hints, letters, files and saved paths."""

from collections.abc import Iterable

from narrative.linting import Finding, Lint, World, lint
from narrative.linting.findings import found
from narrative.models import Hint, LucienTemplate, MediaFile, Story, StoryPath
from narrative.services import drafts, knowledge
from narrative.story import content, playing
from narrative.story.playing import Persona, Walked
from narrative.story.reading import StoryError
from yabot.core import clock

QUICK = 0  # plays for a panel beside a form
LANGUAGES = ("es", "en")


def world_of(story: Story, told: content.Story) -> World:
    """What there is outside a story's text. Four statements."""
    files = MediaFile.objects.filter(story=story).values_list("path", "kind")
    return World(
        hints=frozenset(Hint.objects.values_list("key", flat=True)),
        letters=frozenset(LucienTemplate.objects.values_list("key", flat=True)),
        media=dict(files),
        stale={place: bool(names) for place, names in drafts.stale(story, told).items()},
        languages=LANGUAGES,
    )


def review(story: Story, told: content.Story | None = None, *, plays: int = 2_000, seed: int = 0) -> Lint:
    """Everything the linter finds in a draft, and every saved path that is not as it was."""
    now = told or drafts.told(story)
    result = lint(now, world_of(story, now), plays=plays, seed=seed)
    broken = tuple(_paths(now, StoryPath.objects.filter(story=story)))
    return Lint((*result.findings, *broken), result.walks)


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
