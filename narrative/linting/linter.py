"""All rules together."""

from narrative.linting import locks, memory, purse, structure, texts, trails, walks
from narrative.linting.findings import Finding, Lint, World
from narrative.linting.reach import reach
from narrative.story.content import Story


def lint(
    story: Story,
    world: World | None = None,
    *,
    plays: int = walks.PLAYS,
    steps: int = walks.MOST_IN_ALL,
    seed: int = 0,
) -> Lint:
    """Everything that is wrong with a story, errors first. Nothing is changed and nothing is asked of a database.

    ``plays`` seeded readers play it (0: none), until they have taken so many ``steps`` together; the same arguments
    give the same report.
    """
    known = world or World()
    found: list[Finding] = [*structure.check(story, known), *texts.check(story, known), *memory.check(story)]
    found += locks.check(story, known)
    walked = None
    if story.start in story.by_key:
        everybody = reach(story, known, vip=known.vip)
        found += trails.check(story, everybody, reach(story, known, vip=False))
        found += purse.check(story, everybody)
        if plays:
            seen, walked = walks.check(story, known, everybody, walks.Effort(plays, steps, seed))
            found += seen
    order = {fragment.key: number for number, fragment in enumerate(story.fragments)}
    found.sort(key=lambda one: (one.level, order.get(one.fragment, -1), one.code, one.choice))
    return Lint(tuple(dict.fromkeys(found)), walked)
