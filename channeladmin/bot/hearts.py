"""The ❤️ button under a post, and posts that get one."""

from django.utils.translation import gettext as _
from telegram import Update

from channeladmin.services import hearts
from yabot.core import correlation, reactions
from yabot.core.bot.readers import for_reader, person_of
from yabot.core.models import ReactionSource, TelegramUser
from yabot.core.reactions import HEART, NewReaction
from yabot.core.telegram.bridge import in_db
from yabot.core.telegram.callbacks import ForgedCallback
from yabot.core.telegram.screens import Alert, Context, show
from yabot.core.transactions import atomic


async def on_heart(update: Update, context: Context) -> None:
    """The ❤️ under a post was pressed."""
    query = update.callback_query
    assert query is not None
    if query.message is None:
        raise ForgedCallback
    place = (query.message.chat.id, query.message.message_id)
    await show(update, context, await in_db(heart, person_of(update), chat_id=place[0], message_id=place[1]))


@for_reader
def heart(reader: TelegramUser, *, chat_id: int, message_id: int) -> Alert:
    """Note the heart, once; a post that has no button of ours is refused."""
    if not hearts.has_button(chat_id=chat_id, message_id=message_id):
        raise ForgedCallback
    return Alert(_("❤️ Gracias. Lucien ha tomado nota.") if give(reader.pk, chat_id, message_id) else _("❤️ Ya lo sé."))


@atomic
def give(user_id: int, chat_id: int, message_id: int) -> bool:
    """Whether this is the reader's first heart for this post."""
    pressed = NewReaction(user_id, chat_id, message_id, HEART, ReactionSource.BUTTON, correlation.current())
    return bool(reactions.detect([pressed]))


async def on_channel_post(update: Update, context: Context) -> None:
    """Somebody posted in a channel: give the post its button where the channel wants that."""
    post = update.channel_post
    assert post is not None
    await in_db(adopt, chat_id=post.chat.id, message_id=post.message_id)


def adopt(*, chat_id: int, message_id: int) -> None:
    """Put the button under a post."""
    hearts.adopt(chat_id=chat_id, message_id=message_id)
