"""A fragment's value as rows: its own, and those that belong to it. Nothing is saved here."""

from collections.abc import Collection, Mapping

import orjson

from narrative.exchange.texts import translation_marks
from narrative.models import Choice, Fragment, FragmentText, Reference, Story
from narrative.story import content
from narrative.story.reading import Words
from narrative.story.uses import uses as used_by
from yabot.core import clock


def fill(row: Fragment, story: Story, given: content.Fragment, by: str) -> None:
    """Put a fragment into its row. Its version is not this function's business."""
    stored = given.to_json()
    row.title = given.title.in_(story.language)[:200]
    row.is_ending, row.vip_required = given.ending is not None, given.vip
    row.checkpoint, row.can_undo, row.fallback = given.checkpoint, given.undo, given.fallback
    row.condition, row.effects, row.variants, row.tags = (
        stored["condition"],
        stored["effects"],
        stored["variants"],
        stored["tags"],
    )
    row.media = {name: value for name, value in stored["media"].items() if name != "alt"} if given.media else None
    row.x, row.y = given.position or (None, None)
    row.note, row.changed_by, row.changed_at = given.note, by, clock.now()


def texts(
    row: Fragment,
    story: Story,
    given: content.Fragment,
    sources: Mapping[str, Mapping[str, str]],
    translated: Collection[str],
) -> list[FragmentText]:
    """What it says in each language; ``sources`` is what the texts there were were made from."""
    now = clock.now()
    alt = given.media.alt if given.media else Words({})
    ending = given.ending.name if given.ending else Words({})
    said = {"title": given.title, "body": given.text, "alt": alt, "ending": ending}
    labels = [*(choice.label for choice in given.choices), *(variant.text for variant in given.variants)]
    languages = {language for words in (*said.values(), *labels) for language in words.to_json()}
    found = []
    for language in sorted(languages):
        values = {name: words.by_language.get(language, "") for name, words in said.items()}
        marks = translation_marks(given, story.language, language)
        was = {} if language in translated else sources.get(language, {})
        of = {name: was[name] if _says_the_same(was.get(name, ""), mark) else mark for name, mark in marks.items()}
        found.append(FragmentText(fragment=row, language=language, sources=of, changed_at=now, **values))
    return found


def _says_the_same(was: str, mark: str) -> bool:
    return was.partition(":")[2] == mark.partition(":")[2]


def choices(row: Fragment, story: Story, given: content.Fragment) -> list[Choice]:
    """Its ways on, in their order."""
    found = []
    for order, choice in enumerate(given.choices):
        stored = choice.to_json()
        found.append(Choice(story=story, fragment=row, order=order, labels=stored.pop("label"), **stored))
    return found


def references(story: Story, given: content.Fragment) -> list[Reference]:
    """Everything it uses."""
    used = sorted({*used_by(given)}, key=lambda use: (use.choice, use.kind, use.key))
    return [Reference(story=story, fragment=given.key, choice=use.choice, kind=use.kind, key=use.key) for use in used]


def dumped(given: content.Fragment) -> str:
    """All of it, for its history."""
    return orjson.dumps(given.to_json()).decode()
