"""What a shared link opens. A link gives nothing away: it moves nobody to where they have not been."""

from dataclasses import replace

from django.utils.translation import gettext as _

from narrative.bot.asking import again_screen
from narrative.bot.buttons import HERE, JUMP, token
from narrative.bot.finding import found_screen
from narrative.bot.reading import in_story, of_step, page
from narrative.bot.stories import stories_screen, story_by_link
from narrative.errors import NoSuchLink
from narrative.models import StoryLink
from narrative.services import choices, hints, links
from narrative.services.choices import Place
from yabot.core.models import TelegramUser
from yabot.core.telegram.richtext import RichText
from yabot.core.telegram.screens import Screen, screen


def by_link(reader: TelegramUser, name: str) -> Screen:
    """``?start=h-NAME``: the story, the fragment or the hint, or the stories and a word about the wrong link."""
    try:
        link = links.find(name)
        if link.hint:
            return found_screen(reader, hints.open_by_link(reader.pk, link.hint))
    except NoSuchLink as wrong:
        shown = stories_screen(reader)
        return replace(shown, text=RichText.plain(wrong.sentence(reader.spoken_language) + "\n\n") + shown.text)
    at = choices.where(reader.pk, story=link.story) if link.fragment else None
    return _fragment(reader, at, link) if at else story_by_link(reader, link.story)


def _fragment(reader: TelegramUser, at: Place, link: StoryLink) -> Screen:
    """Where the link leads a reader of the story: there, where they have been; otherwise to the story's promise."""
    if link.fragment == at.state.fragment:
        return page(reader, at)
    if link.fragment == at.told.start:
        return again_screen(reader, at)
    target = at.told.by_key.get(link.fragment)
    if target is None or not at.state.visited.get(link.fragment):
        return story_by_link(reader, link.story)
    language = reader.spoken_language
    said = {"title": target.title.in_(language, at.told.language), "now": ""}
    if not at.scene.gate:
        said["now"] = at.scene.fragment.title.in_(language, at.told.language)
    return screen(
        "jump",
        said,
        (of_step(reader, at, JUMP, _("Sí, volver allí"), token(at.told.key, target.key)),),
        (in_story(reader, at, HERE, _("No, seguir donde estoy")),),
    )
