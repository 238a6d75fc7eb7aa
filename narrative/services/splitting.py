"""One fragment that is too long becomes two, one after the other."""

from dataclasses import replace

from narrative.errors import CannotSplit
from narrative.models import Fragment, Story
from narrative.services import drafts
from narrative.services.drafts import Edit
from narrative.story import content
from narrative.story.content import Choice
from narrative.story.reading import Words
from yabot.core.telegram import markup
from yabot.core.transactions import atomic

ON = {"es": "Seguir", "en": "Go on"}
ENDS = ("\n\n", "\n", ". ", " ")  # where a text is best parted


def best_place(text: str, limit: int) -> int:
    """Where to part a text by itself: at the end of the last paragraph, line, sentence or word that has room."""
    for end in ENDS:
        found = text.rfind(end, 1, limit)
        while found > 0:
            if _parts(text, found + len(end)):
                return found + len(end)
            found = text.rfind(end, 1, found)
    return 0


@atomic
def split(
    story: Story, given: content.Fragment, at: int, keys: tuple[str, str], edit: Edit
) -> tuple[Fragment, Fragment]:
    """Write a fragment as two: what comes from letter ``at`` of its text on, and everything that follows from it, goes
    to a new fragment with the key ``keys[0]``, and the choice ``keys[1]`` leads there. Translations stay with
    the first.

    Raises CannotSplit where a part would be empty or a format is open, and what ``drafts.write`` raises.
    """
    text = given.text.by_language.get(story.language, "")
    parts = _parts(text, at)
    if parts is None:
        raise CannotSplit
    key, choice = keys
    title = f"{given.title.in_(story.language)[:190]} (2)"
    second = content.Fragment(
        key=key,
        title=Words({story.language: title}),
        text=Words({story.language: parts[1]}),
        choices=given.choices,
        ending=given.ending,
        vip=given.vip,
        fallback=given.fallback,
        undo=given.undo,
        tags=given.tags,
    )
    label = Words({language: ON[language] for language in ON if language in {story.language, *given.text.by_language}})
    first = replace(
        given,
        text=Words({**given.text.by_language, story.language: parts[0]}),
        choices=(Choice(key=choice, label=label, target=key),),
        ending=None,
        fallback="",
    )
    written = drafts.write(story, first, edit)
    return written, drafts.write(story, second, Edit(edit.by))


def _parts(text: str, at: int) -> tuple[str, str] | None:
    """Both parts, when each is a text by itself."""
    before, after = text[:at].rstrip(), text[at:].strip()
    if not before or not after or _is_torn(before) or _is_torn(after):
        return None
    return before, after


def _is_torn(text: str) -> bool:
    """Whether a tag was left open, or closed without having been opened."""
    try:
        markup.parse(text, 10**6)
    except markup.MarkupError:
        return True
    return False
