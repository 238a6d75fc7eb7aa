"""/ajustes: the reader's language, how pages come, what time it is where they are, and when the bot is silent."""

from django.utils.translation import gettext as _
from telegram import Update

from yabot.core import people, zones
from yabot.core.bot import start
from yabot.core.bot.home import home, wishes_button
from yabot.core.bot.paging import pager, pages_of
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.screens import Alert, Button, Context, Rows, Screen, screen, show

PACE = CallbackAction("ritmo")
PICTURES = CallbackAction("imagenes")
QUIET = CallbackAction("silencio")
ZONES = CallbackAction("horas")
ZONE = CallbackAction("hora")
LANGUAGES = CallbackAction("idiomas")
NIGHTS = ((None, None), (22, 8), (23, 9), (0, 10))
SHOWN = 8  # cities on one page


async def on_wishes(update: Update, context: Context) -> None:
    """/ajustes, and the way back to it."""
    await show(update, context, await in_db(wishes, person_of(update)))


async def on_languages(update: Update, context: Context) -> None:
    """ "Idioma"."""
    await show(update, context, await in_db(start.language, person_of(update)))


async def on_pace(update: Update, context: Context) -> None:
    """ "Ritmo": the other one."""
    await show(update, context, await in_db(change_pace, person_of(update)))


async def on_pictures(update: Update, context: Context) -> None:
    """ "Describir las imágenes": or no longer."""
    await show(update, context, await in_db(change_pictures, person_of(update)))


async def on_quiet(update: Update, context: Context) -> None:
    """One of the nights."""
    await show(update, context, await in_db(choose_night, person_of(update), night=_value(context)))


async def on_zones(update: Update, context: Context) -> None:
    """ "Mi hora", or another page of the cities."""
    await show(update, context, await in_db(cities, person_of(update), page=int(_value(context) or 0)))


async def on_zone(update: Update, context: Context) -> None:
    """A city."""
    await show(update, context, await in_db(choose_zone, person_of(update), city=_value(context)))


def _value(context: Context) -> str:
    """What the button carries; nothing on one of an earlier kind."""
    assert context.pressed is not None
    return next(iter(context.pressed.values), "")


@for_reader
def wishes(reader: TelegramUser) -> Screen:
    """What the reader wishes."""
    return wishes_screen(reader)


@for_reader
def change_pace(reader: TelegramUser) -> Screen:
    """At once, or calmly."""
    return _changed(reader, is_calm=not reader.is_calm)


@for_reader
def change_pictures(reader: TelegramUser) -> Screen:
    """With what can be seen in the pictures, or without."""
    return _changed(reader, describe_pictures=not reader.describe_pictures)


@for_reader
def choose_night(reader: TelegramUser, *, night: str) -> Screen:
    """Silent in these hours. A button of an earlier kind names none, and changes nothing."""
    chosen = {_token(*hours): hours for hours in NIGHTS}.get(night)
    return _changed(reader, quiet_from=chosen[0], quiet_until=chosen[1]) if chosen else wishes_screen(reader)


@for_reader
def choose_zone(reader: TelegramUser, *, city: str) -> Screen | Alert:
    """It is as late as there. A city that is not in the list changes nothing."""
    chosen = zones.BY_TOKEN.get(city)
    if chosen is None:
        return Alert(_("Esa ciudad ya no está en la lista."), box=True)
    return _changed(reader, time_zone=chosen.zone)


def _changed(reader: TelegramUser, **wished: bool | int | str | None) -> Screen:
    people.wish(reader.pk, **wished)
    for name, value in wished.items():
        setattr(reader, name, value)
    return wishes_screen(reader)


def wishes_screen(reader: TelegramUser) -> Screen:
    """Each wish with its button."""
    calm, described = bool(reader.is_calm), bool(reader.describe_pictures)
    values = {
        "language": start.SPOKEN[reader.spoken_language],
        "calm": calm,
        "described": described,
        "quiet": None if reader.quiet_from is None else f"{reader.quiet_from:02}:00 – {reader.quiet_until:02}:00",
        "now": _here(reader),
    }
    pictures = PICTURES.pack(owner=reader.pk)
    return screen(
        "wishes",
        values,
        (
            Button(_("Idioma"), LANGUAGES.pack(owner=reader.pk)),
            Button(_("🕐 Mi hora"), ZONES.pack("0", owner=reader.pk)),
        ),
        (Button(_("Ritmo: al momento") if calm else _("Ritmo: con calma"), PACE.pack(owner=reader.pk)),),
        (Button(_("No describir las imágenes") if described else _("Describir las imágenes"), pictures),),
        *_nights(reader),
        *home(reader),
    )


def _here(reader: TelegramUser) -> str:
    """What time it is for the reader, and where that is."""
    city = zones.BY_ZONE.get(reader.time_zone) or zones.City(reader.time_zone, reader.time_zone.replace("_", " "))
    return city.named(reader.spoken_language)


def _nights(reader: TelegramUser) -> Rows:
    """The nights, two in a row, the reader's own marked."""
    now = (reader.quiet_from, reader.quiet_until)
    buttons = [
        Button(_marked(_night(*hours), hours == now), QUIET.pack(_token(*hours), owner=reader.pk)) for hours in NIGHTS
    ]
    return tuple(buttons[:2]), tuple(buttons[2:])


def _night(start: int | None, end: int | None) -> str:
    hours = {"start": start, "end": end}
    return _("Sin silencio") if start is None else _("Silencio de %(start)s a %(end)s") % hours


def _token(start: int | None, end: int | None) -> str:
    return "nunca" if start is None else f"{start}-{end}"


def _marked(words: str, is_chosen: bool) -> str:
    return f"✓ {words}" if is_chosen else words


@for_reader
def cities(reader: TelegramUser, *, page: int) -> Screen:
    """Cities with what time it is there: readers know what time it is, not what a zone is called."""
    pages = pages_of(len(zones.CITIES), SHOWN)
    page = min(page, pages - 1)
    shown = [
        Button(
            _marked(city.named(reader.spoken_language), city.zone == reader.time_zone),
            ZONE.pack(city.token, owner=reader.pk),
        )
        for city in zones.CITIES[page * SHOWN : (page + 1) * SHOWN]
    ]
    turn = pager(lambda to: ZONES.pack(str(to), owner=reader.pk), page, pages)
    rows = [tuple(shown[place : place + 2]) for place in range(0, len(shown), 2)]
    return screen("zones", {"now": _here(reader)}, *rows, *turn, (wishes_button(reader),))
