"""Translators' files, taken into a draft."""

from narrative.exchange import translations
from narrative.exchange.translations import Row, Translated
from narrative.models import Declaration, Fragment, Story
from narrative.services import drafts
from narrative.services.drafts import Edit
from narrative.story import content
from yabot.core.transactions import atomic


@atomic
def bring(story: Story, language: str, rows: list[Row], *, by: str = "") -> Translated:
    """Take these translations; what cannot be taken is in the answer, and changes nothing. Raises StoryError."""
    result = translations.apply(drafts.told(story), language, rows)
    content.Story.from_json(result.story.to_json())
    versions = dict(Fragment.objects.filter(story=story, key__in=result.fragments).values_list("key", "version"))
    for part in result.story.fragments:
        if part.key in result.fragments:
            drafts.write(story, part, Edit(by, versions[part.key]))
    story.titles, story.pitches = result.story.title.to_json(), result.story.pitch.to_json()
    story.save(update_fields=["titles", "pitches"])
    said = {one.key: one.missing.to_json() for one in result.story.declared}
    for row in Declaration.objects.filter(story=story):
        if row.missing != said[row.key]:
            row.missing = said[row.key]
            row.save(update_fields=["missing"])
    return result
