"""The page a reader is at: the chat is the book, each fragment is a new message."""

from django.utils.translation import gettext as _

from narrative.bot.buttons import AGAIN, CHECKPOINT, HERE, STEP, STORIES, UNDO, VIP, token
from narrative.models import MediaFile
from narrative.services.choices import Place
from narrative.story.page import Beholder, Line, Page, draw
from yabot.core.models import TelegramUser
from yabot.core.telegram.screens import Attachment, Button, Screen

LONG = 400  # letters: a shorter page needs no time to be typed


def page(reader: TelegramUser, at: Place) -> Screen:
    """A fragment as this reader finds it."""
    shown = draw(at.told, at.scene, Beholder(reader.spoken_language, reader.first_name, at.endings))
    if shown.is_gate:
        return _gate(reader, at, shown)
    rows = [(_button(reader, at, line),) for line in shown.lines]
    step = str(at.progress.step)
    if at.undoable:
        rows.append((Button(_("↩️ Deshacer"), UNDO.pack(step, owner=reader.pk)),))
    if at.has_checkpoint and (shown.is_ending or not shown.lines):
        rows.append((Button(_("🔖 Volver al punto de control"), CHECKPOINT.pack(step, owner=reader.pk)),))
    if shown.is_ending:
        rows.append((Button(_("Empezar de nuevo"), AGAIN.pack(token(at.told.key), owner=reader.pk)),))
        rows.append((home(reader),))
    calm = bool(reader.is_calm) and shown.text.length > LONG
    return Screen(shown.text, tuple(rows), attachment=_attachment(at, shown), calm=calm)


def _gate(reader: TelegramUser, at: Place, shown: Page) -> Screen:
    """Why a chapter is closed, how to open it, and the ways back."""
    rows = [(Button(_("🔄 Mirar otra vez"), HERE.pack(owner=reader.pk)),)]
    if at.scene.fragment.vip:
        rows.insert(0, (Button(_("⭐ Cómo ser VIP"), VIP.pack(owner=reader.pk)),))
    step = str(at.progress.step)
    if at.undoable:
        rows.append((Button(_("↩️ Deshacer"), UNDO.pack(step, owner=reader.pk)),))
    elif at.has_checkpoint:
        rows.append((Button(_("🔖 Volver al punto de control"), CHECKPOINT.pack(step, owner=reader.pk)),))
    return Screen(shown.text, (*rows, (home(reader),)))


def home(reader: TelegramUser) -> Button:
    return Button(_("📚 Las historias"), STORIES.pack(owner=reader.pk))


def _attachment(at: Place, shown: Page) -> Attachment | None:
    """The fragment's file, where it is still there; a text without its picture is better than none."""
    if shown.media is None:
        return None
    row = MediaFile.objects.filter(story_id=at.progress.story_id, path=shown.media.file).first()
    return Attachment(row.kind, row.file.name, shown.media.spoiler) if row and row.file.name else None


def _button(reader: TelegramUser, at: Place, line: Line) -> Button:
    return Button(line.label, STEP.pack(str(at.progress.step), token_of(at, line.choice), owner=reader.pk))


def token_of(at: Place, choice: str) -> str:
    return token(at.told.key, at.scene.fragment.key, choice)
