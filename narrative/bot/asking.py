"""Asking once more before something is lost."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from telegram import Update

from narrative.bot.buttons import AGAIN, HERE, KEEP, PAY
from narrative.bot.reading import in_story, of_step, place_in
from narrative.bot.stories import here
from narrative.services.choices import Place
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import TelegramUser
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.richtext import RichText
from yabot.core.telegram.screens import Button, Context, Screen, Style, screen, show


async def on_ask_again(update: Update, context: Context) -> None:
    """ "Empezar de nuevo" in mid-story: asked below, so that the page stays in the chat."""
    assert context.pressed is not None
    asked = await in_db(ask_again, person_of(update), story=context.pressed.values[0])
    await show(update, context, asked, anew=True)


@for_reader
def ask_again(reader: TelegramUser, *, story: str) -> Screen:
    """What is lost by beginning the story with this token again, and what stays."""
    at = place_in(reader, story)
    return again_screen(reader, at) if at else here(reader)


def again_screen(reader: TelegramUser, at: Place) -> Screen:
    """The question, for a reader who is known."""
    return screen(
        "again",
        {"title": at.told.title.in_(reader.spoken_language, at.told.language)},
        (of_step(reader, at, AGAIN, _("Sí, empezar de nuevo"), style=Style.DANGER),),
        (in_story(reader, at, HERE, _("No, volver a la historia")),),
    )


def price_of(reader: TelegramUser, about: tuple[str, str, str], price: int) -> Screen:
    """What a choice costs, before it is paid. ``about``: story, step and choice, as the page's button names them."""
    said = ngettext("Cuesta %(price)d besito.", "Cuesta %(price)d besitos.", price) % {"price": price}
    pay = ngettext("Pagar %(price)d besito", "Pagar %(price)d besitos", price) % {"price": price}
    return Screen(
        RichText.plain(said),
        (
            (Button(pay, PAY.pack(*about, str(price), owner=reader.pk), style=Style.PRIMARY),),
            (Button(_("No"), KEEP.pack(*about[:2], owner=reader.pk)),),
        ),
    )
