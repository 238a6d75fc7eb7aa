"""Stories that are brought in: the draft and its files, all of it or nothing."""

from narrative.errors import WrongFile
from narrative.exchange import Bundle
from narrative.models import Story
from narrative.services import drafts, pictures
from yabot.core.transactions import atomic


def unfit(bundle: Bundle) -> list[WrongFile]:
    """The files that cannot be kept, and so keep the whole bundle out."""
    return [WrongFile(path) for path, data in bundle.media.items() if not pictures.is_fit(path, data)]


@atomic
def bring(bundle: Bundle, *, by: str = "") -> Story:
    """Make a draft of a bundle, with its files. Raises WrongFile, KeyTaken, StoryError; nothing is made then."""
    for wrong in unfit(bundle):
        raise wrong
    story = drafts.store(bundle.story, by=by)
    for path, data in bundle.media.items():
        pictures.put(story, path, data)
    return story
