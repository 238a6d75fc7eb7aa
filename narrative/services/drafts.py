"""Drafts: the rows that editors change, and the one value that is checked, played and released."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Max

from narrative.errors import FragmentChanged, FragmentInUse, KeyTaken
from narrative.exchange.texts import translation_marks
from narrative.models import (
    Choice,
    Declaration,
    Fragment,
    FragmentText,
    FragmentVersion,
    Reference,
    Story,
)
from narrative.services import tags
from narrative.story import content
from narrative.story.reading import Reader, Words
from narrative.story.uses import renamed
from narrative.story.uses import uses as used_by
from yabot.core import clock
from yabot.core.transactions import atomic

BATCH = 500


# --- reading ----------------------------------------------------------------------------------------------------------
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
        "declared": [{"key": row.key, "kind": row.kind, "note": row.note} for row in declared],
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


# --- translations -----------------------------------------------------------------------------------------------------
def stale(story: Story, told_now: content.Story | None = None) -> dict[tuple[str, str], frozenset[str]]:
    """For each fragment and language it was translated into: the texts whose original has changed since, by name."""
    now = (told_now or told(story)).by_key
    rows = FragmentText.objects.filter(fragment__story=story).exclude(language=story.language)
    found = rows.values_list("fragment__key", "language", "sources")
    return {(key, other): _changed(now[key], story.language, other, was) for key, other, was in found if key in now}


def _changed(given: content.Fragment, source: str, language: str, was: Mapping[str, str]) -> frozenset[str]:
    marks = translation_marks(given, source, language)
    return frozenset(name for name in marks if was.get(name, "").partition(":")[0] != marks[name].partition(":")[0])


# --- writing ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Edit:
    """Who changes a fragment, what they had before them, and the languages in which they have looked at all of it: what
    is said there is of the original as it is now. Of the others that is so for the texts that were changed."""

    by: str = ""
    version: int | None = None  # None: it must not exist yet
    translated: frozenset[str] = frozenset()


@atomic
def write(story: Story, given: content.Fragment, edit: Edit) -> Fragment:
    """Put a fragment into the draft, whole. Raises FragmentChanged when somebody else was quicker, KeyTaken, StoryError
    for what could not be read again."""
    read_fragment(given.to_json())
    row = Fragment.objects.filter(story=story, key=given.key).first()
    if (row.version if row else None) != edit.version:
        raise FragmentChanged(row.changed_by if row else "")
    _refuse_taken(story, given)
    sources = _sources(row)
    if row is None:
        last = Fragment.objects.filter(story=story).aggregate(last=Max("order"))["last"]
        row = Fragment(story=story, key=given.key, order=0 if last is None else last + 1)
    _fill(row, story, given, edit)
    _save(row, edit)
    FragmentText.objects.filter(fragment=row).delete()
    FragmentText.objects.bulk_create(_texts(row, story, given, sources, edit.translated))
    Choice.objects.filter(fragment=row).delete()
    Choice.objects.bulk_create(_choices(row, story, given))
    tags.note([row])
    Reference.objects.filter(story=story, fragment=given.key).delete()
    Reference.objects.bulk_create(_references(story, given))
    _remember(story, given.key, row.version, _dumped(given), edit.by)
    return row


def _refuse_taken(story: Story, given: content.Fragment) -> None:
    keys = [choice.key for choice in given.choices]
    others = Choice.objects.filter(story=story, key__in=keys).exclude(fragment__key=given.key)
    taken = others.values_list("key", flat=True).first()
    if taken:
        raise KeyTaken(taken)


def _sources(row: Fragment | None) -> dict[str, Mapping[str, str]]:
    if row is None:
        return {}
    return dict(FragmentText.objects.filter(fragment=row).values_list("language", "sources"))


def _fill(row: Fragment, story: Story, given: content.Fragment, edit: Edit) -> None:
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
    row.note, row.changed_by, row.changed_at = given.note, edit.by, clock.now()


_WRITTEN = (
    "title",
    "is_ending",
    "vip_required",
    "checkpoint",
    "can_undo",
    "fallback",
    "condition",
    "effects",
    "variants",
    "tags",
    "media",
    "x",
    "y",
    "note",
    "changed_by",
    "changed_at",
    "version",
)


def _save(row: Fragment, edit: Edit) -> None:
    """Insert, or update the version that the editor had before them. Raises FragmentChanged."""
    was, row.version = row.version, _next_version(row)
    if edit.version is None:
        row.save(force_insert=True)
        return
    changes = {name: getattr(row, name) for name in _WRITTEN}
    if not Fragment.objects.filter(pk=row.pk, version=was).update(**changes):
        raise FragmentChanged("")


def _next_version(row: Fragment) -> int:
    if not row._state.adding:
        return row.version + 1
    past = FragmentVersion.objects.filter(story=row.story_id, fragment=row.key)
    return (past.aggregate(last=Max("version"))["last"] or 0) + 1


def _texts(
    row: Fragment,
    story: Story,
    given: content.Fragment,
    sources: Mapping[str, Mapping[str, str]],
    translated: Collection[str],
) -> list[FragmentText]:
    now = clock.now()
    alt = given.media.alt if given.media else Words({})
    ending = given.ending.name if given.ending else Words({})
    said = {"title": given.title, "body": given.text, "alt": alt, "ending": ending}
    labels = [*(choice.label for choice in given.choices), *(variant.text for variant in given.variants)]
    languages = {language for words in (*said.values(), *labels) for language in words.to_json()}
    texts = []
    for language in sorted(languages):
        values = {name: words.by_language.get(language, "") for name, words in said.items()}
        marks = translation_marks(given, story.language, language)
        was = {} if language in translated else sources.get(language, {})
        of = {name: was[name] if _says_the_same(was.get(name, ""), mark) else mark for name, mark in marks.items()}
        texts.append(FragmentText(fragment=row, language=language, sources=of, changed_at=now, **values))
    return texts


def _says_the_same(was: str, mark: str) -> bool:
    return was.partition(":")[2] == mark.partition(":")[2]


def _choices(row: Fragment, story: Story, given: content.Fragment) -> list[Choice]:
    rows = []
    for order, choice in enumerate(given.choices):
        stored = choice.to_json()
        rows.append(Choice(story=story, fragment=row, order=order, labels=stored.pop("label"), **stored))
    return rows


def _references(story: Story, given: content.Fragment) -> list[Reference]:
    used = sorted({*used_by(given)}, key=lambda use: (use.choice, use.kind, use.key))
    return [Reference(story=story, fragment=given.key, choice=use.choice, kind=use.kind, key=use.key) for use in used]


def _dumped(given: content.Fragment) -> str:
    return orjson.dumps(given.to_json()).decode()


def _remember(story: Story, key: str, version: int, stored: str, by: str) -> None:
    FragmentVersion.objects.create(story=story, fragment=key, version=version, content=stored, author=by)


# --- whole stories ----------------------------------------------------------------------------------------------------
@atomic
def store(given: content.Story, *, by: str = "") -> Story:
    """Make a draft of a story that has none yet: an import. Raises KeyTaken when there is a story with this key,
    StoryError for what could not be read again."""
    content.Story.from_json(given.to_json())
    if Story.objects.filter(key=given.key).exists():
        raise KeyTaken(given.key)
    story = Story.objects.create(
        key=given.key,
        title_es=given.title.in_("es")[:200],
        title_en=given.title.by_language.get("en", "")[:200],
        language=given.language,
        titles=given.title.to_json(),
        pitches=given.pitch.to_json(),
        start=given.start,
    )
    _store_parts(story, given, by)
    return story


@atomic
def replace(story: Story, given: content.Story, *, by: str = "") -> None:
    """Put another text in the place of a whole draft; what each fragment was is remembered. Raises StoryError."""
    content.Story.from_json(given.to_json())
    gone = set(Fragment.objects.filter(story=story).values_list("key", flat=True)) - set(given.by_key)
    versions = dict(
        FragmentVersion.objects.filter(story=story).values_list("fragment").annotate(last=Max("version")).order_by()
    )
    FragmentVersion.objects.bulk_create(
        FragmentVersion(story=story, fragment=key, version=versions.get(key, 0) + 1, author=by) for key in sorted(gone)
    )
    mine = Fragment.objects.filter(story=story)
    rows = list(mine.only("pk"))
    Choice.objects.filter(story=story).delete()
    FragmentText.objects.filter(fragment__in=[row.pk for row in rows]).delete()
    tags.forget(rows)
    mine.delete()
    Reference.objects.filter(story=story).delete()
    Declaration.objects.filter(story=story).delete()
    story.titles, story.pitches = given.title.to_json(), given.pitch.to_json()
    story.start, story.language = given.start, given.language
    story.save(update_fields=["titles", "pitches", "start", "language"])
    _store_parts(story, given, by, versions)


def _store_parts(story: Story, given: content.Story, by: str, versions: Mapping[str, int] | None = None) -> None:
    """Every fragment in bulk: nine statements for each five hundred."""
    edit, rows = Edit(by=by), []
    for order, part in enumerate(given.fragments):
        row = Fragment(story=story, key=part.key, order=order, version=(versions or {}).get(part.key, 0) + 1)
        _fill(row, story, part, edit)
        rows.append(row)
    pairs = list(zip(rows, given.fragments, strict=True))
    Fragment.objects.bulk_create(rows, BATCH)
    FragmentText.objects.bulk_create([text for row, part in pairs for text in _texts(row, story, part, {}, ())], BATCH)
    Choice.objects.bulk_create([choice for row, part in pairs for choice in _choices(row, story, part)], BATCH)
    tags.note(rows)
    Reference.objects.bulk_create([used for part in given.fragments for used in _references(story, part)], BATCH)
    Declaration.objects.bulk_create(
        Declaration(story=story, order=order, **declared.to_json()) for order, declared in enumerate(given.declared)
    )
    FragmentVersion.objects.bulk_create(
        [
            FragmentVersion(story=story, fragment=row.key, version=row.version, content=_dumped(part), author=by)
            for row, part in pairs
        ],
        BATCH,
    )


# --- where something is used ------------------------------------------------------------------------------------------
def uses(kind: str, key: str, *, story: Story | None = None) -> list[Reference]:
    """Where drafts use this hint, item, letter, fragment … Of things of one story, those of that story."""
    rows = Reference.objects.filter(kind=kind, key=key).select_related("story").order_by("fragment", "choice")
    return list(rows.filter(story=story) if story else rows)


@atomic
def remove(story: Story, key: str, *, by: str = "") -> None:
    """Take a fragment out of the draft. Readers who stand on it keep it: their release has it.

    Raises FragmentInUse while others lead to it, Fragment.DoesNotExist.
    """
    row = Fragment.objects.get(story=story, key=key)
    users = [used for used in uses("fragment", key, story=story) if used.fragment != key]
    if users or story.start == key:
        raise FragmentInUse(tuple(used.fragment for used in users), is_start=story.start == key)
    Choice.objects.filter(fragment=row).delete()
    FragmentText.objects.filter(fragment=row).delete()
    tags.forget([row])
    Reference.objects.filter(story=story, fragment=key).delete()
    row.delete()
    _remember(story, key, row.version + 1, "", by)


@atomic
def rename(story: Story, key: str, new: str, *, by: str = "") -> Fragment:
    """Give a fragment another key, everywhere in the draft. Raises KeyTaken, Fragment.DoesNotExist."""
    if Fragment.objects.filter(story=story, key=new).exists():
        raise KeyTaken(new)
    row = Fragment.objects.get(story=story, key=key)
    past = FragmentVersion.objects.filter(story=story, fragment=new).aggregate(last=Max("version"))["last"] or 0
    users = {used.fragment for used in uses("fragment", key, story=story)} - {key}
    _remember(story, key, row.version + 1, "", by)
    Fragment.objects.filter(pk=row.pk).update(key=new, version=max(row.version, past))
    Reference.objects.filter(story=story, fragment=key).update(fragment=new)
    for user in (new, *sorted(users)):
        part, version = fragment(story.pk, user)
        write(story, renamed(part, key, new), Edit(by=by, version=version))
    if story.start == key:
        story.start = new
        story.save(update_fields=["start"])
    return Fragment.objects.get(pk=row.pk)


def history(story: Story, key: str, most: int = 50) -> list[FragmentVersion]:
    """What a fragment was, the newest first."""
    return list(FragmentVersion.objects.filter(story=story, fragment=key)[:most])
