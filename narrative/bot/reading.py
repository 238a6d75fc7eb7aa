"""The page a reader is at: the chat is the book, each fragment is a new message."""

from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from narrative.bot.buttons import AGAIN, ASK_AGAIN, CHECKPOINT, ENDINGS, HERE, STEP, STORIES, UNDO, VIP, key_of, token
from narrative.models import MediaFile
from narrative.services import choices, links
from narrative.services.choices import Place
from narrative.story.content import Fragment, Story
from narrative.story.engine import ONWARD
from narrative.story.page import Beholder, Line, Page, draw
from yabot.core.models import TelegramUser
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.screens import Attachment, Button, Rows, Screen, Style

LONG = 400  # letters: a shorter page needs no time to be typed


def place_in(reader: TelegramUser, story: str) -> Place | None:
    """Where the reader stands in the story with this token."""
    return choices.where(reader.pk, story=key_of(story))


def page(reader: TelegramUser, at: Place) -> Screen:
    """A fragment as this reader finds it."""
    beholder = Beholder(reader.spoken_language, reader.first_name, at.endings, bool(reader.describe_pictures))
    shown = draw(at.told, at.scene, beholder)
    if shown.is_gate:
        return _gate(reader, at, shown)
    rows: list[tuple[Button, ...]] = [(_button(reader, at, line),) for line in shown.lines]
    if at.undoable:
        rows.append((of_step(reader, at, UNDO, _("↩️ Deshacer")),))
    if shown.is_ending or not shown.lines:
        rows += _ways_back(reader, at)
    calm = bool(reader.is_calm) and shown.text.length > LONG
    return Screen(shown.text, tuple(rows), attachment=_attachment(at, shown), calm=calm, place=_name(at))


def _gate(reader: TelegramUser, at: Place, shown: Page) -> Screen:
    """Why a chapter is closed, how to open it, and the ways back."""
    rows = [(in_story(reader, at, HERE, _("🔄 Mirar otra vez")),)]
    if at.scene.fragment.vip:
        rows.insert(0, (in_story(reader, at, VIP, _("⭐ Cómo ser VIP")),))
    if at.undoable:
        rows.append((of_step(reader, at, UNDO, _("↩️ Deshacer")),))
    return Screen(shown.text, (*rows, *_ways_back(reader, at)), place=_name(at))


def _ways_back(reader: TelegramUser, at: Place) -> Rows:
    """Where nothing leads on: the checkpoint, the beginning, and the other stories."""
    saved = ((of_step(reader, at, CHECKPOINT, _("🔖 Volver al punto de control")),),) if at.has_checkpoint else ()
    ended = _of_ending(reader, at) if at.scene.fragment.ending and not at.scene.gate else ()
    return (*saved, (again(reader, at),), *ended, (home(reader),))


def _of_ending(reader: TelegramUser, at: Place) -> Rows:
    """Which endings there are, and the story for a friend."""
    count = _("Finales %(found)d/%(all)d") % dict(zip(("found", "all"), at.endings, strict=True))
    shared = links.to_story(at.told.key)
    title = at.told.title.in_(reader.spoken_language, at.told.language)
    query = urlencode({"url": shared, "text": title}, quote_via=quote)
    share = ((Button(_("Compartir la historia"), url=f"https://t.me/share/url?{query}"),),) if shared else ()
    return ((in_story(reader, at, ENDINGS, count),), *share)


def again(reader: TelegramUser, at: Place) -> Button:
    """ "Empezar de nuevo": at an ending nothing is lost by it, elsewhere it is asked once more."""
    if at.scene.fragment.ending and not at.scene.gate:
        return of_step(reader, at, AGAIN, _("Empezar de nuevo"))
    return in_story(reader, at, ASK_AGAIN, _("Empezar de nuevo"))


def _name(at: Place) -> str:
    return f"{at.progress.pk.hex}:{at.progress.step}"


# --- buttons ----------------------------------------------------------------------------------------------------------
def in_story(reader: TelegramUser, at: Place, action: CallbackAction, words: str) -> Button:
    """A button about the story the reader is in here."""
    return Button(words, action.pack(token(at.told.key), owner=reader.pk))


def of_step(
    reader: TelegramUser, at: Place, action: CallbackAction, words: str, *more: str, style: Style = Style.PLAIN
) -> Button:
    """A button that does what it says only while the reader stands at this step of this story."""
    data = action.pack(token(at.told.key), str(at.progress.step), *more, owner=reader.pk)
    return Button(words, data, style=style)


def choice_named(name: str, told: Story, fragment: Fragment) -> str:
    """The choice of this fragment with this token; empty when there is none."""
    keys = (*(choice.key for choice in fragment.choices), ONWARD)
    return next((key for key in keys if token(told.key, fragment.key, key) == name), "")


def _button(reader: TelegramUser, at: Place, line: Line) -> Button:
    return of_step(reader, at, STEP, line.label, token(at.told.key, at.scene.fragment.key, line.choice))


def home(reader: TelegramUser) -> Button:
    """ "Las historias"."""
    return Button(_("📚 Las historias"), STORIES.pack(owner=reader.pk))


def _attachment(at: Place, shown: Page) -> Attachment | None:
    """The fragment's file, where it is still there; a text without its picture is better than none."""
    if shown.media is None:
        return None
    row = MediaFile.objects.filter(story_id=at.progress.story_id, path=shown.media.file).first()
    return Attachment(row.kind, row.file.name, shown.media.spoiler) if row and row.file.name else None
