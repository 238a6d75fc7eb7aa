"""/codigo and combining hints: what readers find out by themselves."""

from uuid import UUID

from django.utils.translation import gettext as _
from telegram import Update

from narrative.errors import NoSuchCode, NothingHappens
from narrative.models import Hint
from narrative.services import hints
from narrative.story.page import cut
from yabot.core.bot.paging import pager, pages_of
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.richtext import RichText
from yabot.core.telegram.screens import Alert, Button, Context, Screen, screen, show

FIRST = CallbackAction("junta")
SECOND = CallbackAction("con")
MORE = CallbackAction("otras")
LIST = CallbackAction("pistas")
SHOWN = 8


async def on_code(update: Update, context: Context) -> None:
    """/codigo, with the code behind it."""
    await show(update, context, await in_db(by_code, person_of(update), code=" ".join(context.args or [])[:64]))


@for_reader
def by_code(reader: TelegramUser, *, code: str) -> Screen:
    """What the code opens."""
    return code_screen(reader, code)


def code_screen(reader: TelegramUser, code: str) -> Screen:
    """What a code opens; without one, how to give it. Also behind ``?start=c-CODE``."""
    if not code.strip():
        return Screen(RichText.plain(_("Escribe el código tras la orden: /codigo MEDIANOCHE")), (_back(reader),))
    try:
        return found_screen(reader, hints.open_by_code(reader.pk, code))
    except NoSuchCode as wrong:
        return Screen(RichText.plain(wrong.sentence(reader.spoken_language)), (_back(reader),))


def found_screen(reader: TelegramUser, hint: Hint) -> Screen:
    """A hint that was just found out."""
    language = reader.spoken_language
    return screen("found", {"title": hint.title(language), "body": hint.body(language)}, _back(reader))


def _back(reader: TelegramUser) -> tuple[Button, ...]:
    return (Button(_("🗝 Mis pistas"), LIST.pack(owner=reader.pk)),)


# --- combining --------------------------------------------------------------------------------------------------------
async def on_first(update: Update, context: Context) -> None:
    """ "Combinar", or another page of the hints to begin with."""
    assert context.pressed is not None
    await show(update, context, await in_db(choose, person_of(update), first="", page=int(context.pressed.values[0])))


async def on_second(update: Update, context: Context) -> None:
    """A hint's button: the first of the two, or the second."""
    assert context.pressed is not None
    first, *second = context.pressed.values
    if second:
        await show(update, context, await in_db(join, person_of(update), first=first, second=second[0]))
    else:
        await show(update, context, await in_db(choose, person_of(update), first=first, page=0))


async def on_more(update: Update, context: Context) -> None:
    """Another page of the hints to go with the first."""
    assert context.pressed is not None
    first, page = context.pressed.values
    await show(update, context, await in_db(choose, person_of(update), first=first, page=int(page)))


@for_reader
def choose(reader: TelegramUser, *, first: str, page: int) -> Screen:
    """The open hints, to choose one of them; with ``first`` those that could go with it."""
    language = reader.spoken_language
    mine = hints.combinable(reader.pk)
    chosen = next((hint for hint in mine if short(hint) == first), None)
    others = [hint for hint in mine if hint is not chosen]
    pages = pages_of(len(others), SHOWN)
    page = min(page, pages - 1)
    rows: list[tuple[Button, ...]] = []
    for hint in others[page * SHOWN : (page + 1) * SHOWN]:
        values = (short(chosen), short(hint)) if chosen else (short(hint),)
        rows.append((Button(cut(hint.title(language)), SECOND.pack(*values, owner=reader.pk)),))
    rows += pager(lambda to: _turn(reader, chosen, to), page, pages)
    said = _("¿Con cuál juntas «%(title)s»?") % {"title": chosen.title(language)} if chosen else _("¿Qué pista juntas?")
    return Screen(RichText.plain(said), (*rows, _back(reader)))


def _turn(reader: TelegramUser, chosen: Hint | None, page: int) -> str:
    if chosen:
        return MORE.pack(short(chosen), str(page), owner=reader.pk)
    return FIRST.pack(str(page), owner=reader.pk)


@for_reader
def join(reader: TelegramUser, *, first: str, second: str) -> Screen | Alert:
    """What comes of putting the two together."""
    mine = {short(hint): hint.pk for hint in hints.combinable(reader.pk)}
    try:
        return found_screen(reader, hints.combine(reader.pk, _pk(mine, first), _pk(mine, second)))
    except NothingHappens as nothing:
        return Alert(nothing.sentence(reader.spoken_language), box=True)


def _pk(mine: dict[str, UUID], name: str) -> UUID:
    """Raises NothingHappens for a hint that is not the reader's."""
    if name not in mine:
        raise NothingHappens
    return mine[name]


def short(hint: Hint | None) -> str:
    """A hint's name on a button: the random end of its id."""
    return hint.pk.hex[-12:] if hint else ""
