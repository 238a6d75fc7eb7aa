"""Reading a draft: its rows as the one value that is checked, played and released."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson

from narrative.exchange.texts import translation_marks
from narrative.models import Choice, Declaration, Fragment, FragmentText, FragmentVersion, Reference, Story
from narrative.story import content
from narrative.story.reading import Reader


def told(story: Story) -> content.Story:
    """The draft as one value. Four statements, however many fragments there are."""
    rows = list(Fragment.objects.filter(story=story))
    texts: dict[UUID, list[FragmentText]] = {}
    for text in FragmentText.objects.filter(fragment__story=story):
        texts.setdefault(text.fragment_id, []).append(text)
    choices: dict[UUID, list[Choice]] = {}
    for choice in Choice.objects.filter(story=story).order_by("order", "key"):
        choices.setdefault(choice.fragment_id, []).append(choice)
    declared = Declaration.objects.filter(story=story).order_by("order", "key")
    fragments = [_fragment(row, texts.get(row.pk, []), choices.get(row.pk, [])) for row in rows]
    return content.Story.from_json({**head(story, declared), "fragments": fragments})


def head(story: Story, declared: Iterable[Declaration]) -> dict[str, Any]:
    """A story's JSON without its fragments."""
    return {
        "schema": content.SCHEMA,
        "key": story.key,
        "title": story.titles or ({"es": story.title_es} if story.title_es else {}),
        "start": story.start,
        "pitch": story.pitches,
        "language": story.language,
        "tells_left": story.tells_left,
        "declared": [{"key": row.key, "kind": row.kind, "note": row.note, "missing": row.missing} for row in declared],
    }


def fragment(story_id: UUID, key: str) -> tuple[content.Fragment, int]:
    """One fragment of a draft, and its version. Three statements. Raises Fragment.DoesNotExist."""
    row = Fragment.objects.get(story_id=story_id, key=key)
    texts = list(FragmentText.objects.filter(fragment=row))
    choices = list(Choice.objects.filter(fragment=row).order_by("order", "key"))
    return read_fragment(_fragment(row, texts, choices)), row.version


def read_fragment(given: Mapping[str, Any]) -> content.Fragment:
    """A stored fragment. Raises StoryError."""
    return content.Fragment.read(Reader(given))


def remembered(past: FragmentVersion) -> content.Fragment:
    """What a fragment was then. Raises StoryError."""
    return read_fragment(orjson.loads(past.content))


def _fragment(row: Fragment, texts: Iterable[FragmentText], choices: Iterable[Choice]) -> dict[str, Any]:
    """The JSON of a fragment."""
    said = {name: {text.language: getattr(text, name) for text in texts} for name in ("title", "body", "alt", "ending")}
    said = {name: {language: words for language, words in found.items() if words} for name, found in said.items()}
    return {
        "key": row.key,
        "title": said["title"],
        "text": said["body"],
        "choices": [_choice(choice) for choice in choices],
        "media": {**row.media, "alt": said["alt"]} if row.media else None,
        "ending": {"name": said["ending"]} if row.is_ending else None,
        "vip": row.vip_required,
        "condition": row.condition,
        "variants": row.variants,
        "effects": row.effects,
        "fallback": row.fallback,
        "checkpoint": row.checkpoint,
        "undo": row.can_undo,
        "tags": row.tags,
        "position": [row.x, row.y] if row.x is not None and row.y is not None else None,
        "note": row.note,
    }


def _choice(row: Choice) -> dict[str, Any]:
    return {
        "key": row.key,
        "label": row.labels,
        "target": row.target,
        "condition": row.condition,
        "effects": row.effects,
        "price": row.price,
        "locked": row.locked,
        "repeat": row.repeat,
    }


def stale(story: Story, told_now: content.Story | None = None) -> dict[tuple[str, str], frozenset[str]]:
    """For each fragment and language it was translated into: the texts whose original has changed since, by name."""
    now = (told_now or told(story)).by_key
    rows = FragmentText.objects.filter(fragment__story=story).exclude(language=story.language)
    found = rows.values_list("fragment__key", "language", "sources")
    return {(key, other): _changed(now[key], story.language, other, was) for key, other, was in found if key in now}


def _changed(given: content.Fragment, source: str, language: str, was: Mapping[str, str]) -> frozenset[str]:
    marks = translation_marks(given, source, language)
    return frozenset(name for name in marks if was.get(name, "").partition(":")[0] != marks[name].partition(":")[0])


def uses(kind: str, key: str, *, story: Story | None = None) -> list[Reference]:
    """Where drafts use this hint, item, letter, fragment … Of things of one story, those of that story."""
    rows = Reference.objects.filter(kind=kind, key=key).select_related("story").order_by("fragment", "choice")
    return list(rows.filter(story=story) if story else rows)


def history(story: Story, key: str, most: int = 50) -> list[FragmentVersion]:
    """What a fragment was, the newest first."""
    return list(FragmentVersion.objects.filter(story=story, fragment=key)[:most])
