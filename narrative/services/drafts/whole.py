"""Whole drafts: an import, and another text in the place of one."""

from collections.abc import Mapping

from django.db.models import Max

from narrative.errors import KeyTaken
from narrative.models import Choice, Declaration, Fragment, FragmentText, FragmentVersion, Reference, Story
from narrative.services import tags
from narrative.services.drafts import rows
from narrative.story import content
from yabot.core.transactions import atomic

BATCH = 500


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
        tells_left=given.tells_left,
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
    old = list(mine.only("pk"))
    Choice.objects.filter(story=story).delete()
    FragmentText.objects.filter(fragment__in=[row.pk for row in old]).delete()
    tags.forget(old)
    mine.delete()
    Reference.objects.filter(story=story).delete()
    Declaration.objects.filter(story=story).delete()
    story.titles, story.pitches = given.title.to_json(), given.pitch.to_json()
    story.start, story.language, story.tells_left = given.start, given.language, given.tells_left
    story.save(update_fields=["titles", "pitches", "start", "language", "tells_left"])
    _store_parts(story, given, by, versions)


def _store_parts(story: Story, given: content.Story, by: str, versions: Mapping[str, int] | None = None) -> None:
    """Every fragment in bulk: nine statements for each five hundred."""
    made: list[Fragment] = []
    for order, part in enumerate(given.fragments):
        row = Fragment(story=story, key=part.key, order=order, version=(versions or {}).get(part.key, 0) + 1)
        rows.fill(row, story, part, by)
        made.append(row)
    pairs = list(zip(made, given.fragments, strict=True))
    Fragment.objects.bulk_create(made, BATCH)
    texts = [text for row, part in pairs for text in rows.texts(row, story, part, {}, ())]
    FragmentText.objects.bulk_create(texts, BATCH)
    Choice.objects.bulk_create([choice for row, part in pairs for choice in rows.choices(row, story, part)], BATCH)
    tags.note(made)
    Reference.objects.bulk_create([used for part in given.fragments for used in rows.references(story, part)], BATCH)
    Declaration.objects.bulk_create(
        Declaration(story=story, order=order, **declared.to_json()) for order, declared in enumerate(given.declared)
    )
    FragmentVersion.objects.bulk_create(
        [
            FragmentVersion(story=story, fragment=row.key, version=row.version, content=rows.dumped(part), author=by)
            for row, part in pairs
        ],
        BATCH,
    )
