"""All rules together."""

from narrative.linting import memory, structure, texts, walks
from narrative.linting.findings import Finding, Lint, World
from narrative.linting.reach import reach
from narrative.story.content import Story


def lint(story: Story, world: World | None = None, *, plays: int = walks.PLAYS, seed: int = 0) -> Lint:
    """Everything that is wrong with a story, errors first. Nothing is changed and nothing is asked of a database.

    ``plays`` seeded readers play it (0: none); the same story, world and seed give the same report.
    """
    known = world or World()
    found: list[Finding] = [*structure.check(story, known), *texts.check(story, known), *memory.check(story)]
    walked = None
    if plays and story.start in story.by_key:
        seen, walked = walks.check(story, known, reach(story, known, vip=True), plays=plays, seed=seed)
        found += seen
    order = {fragment.key: number for number, fragment in enumerate(story.fragments)}
    found.sort(key=lambda one: (one.level, order.get(one.fragment, -1), one.code, one.choice))
    return Lint(tuple(dict.fromkeys(found)), walked)
