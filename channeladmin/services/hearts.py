"""The ❤️ button under posts: who may have one, and the count on it."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from channeladmin.models import ChannelSettings, HeartPost
from yabot.core import clock, messages, rows
from yabot.core.ids import uuid7
from yabot.core.messages import Message
from yabot.core.models import MessagePriority, MessageState, OutgoingMessage, Reaction, ReactionSource
from yabot.core.reactions import HEART, ReactionDetected
from yabot.core.telegram.callbacks import CallbackAction
from yabot.core.telegram.richtext import RichText
from yabot.core.transactions import atomic

PRESS = CallbackAction("heart", personal=False)
POST = "heartpost:"
EDIT_EVERY = timedelta(seconds=3)  # a busy post is not edited for each heart


def keyboard(count: int) -> dict[str, Any]:
    """The button with the count on it."""
    label = f"❤️ {count}" if count else "❤️"
    return {"inline_keyboard": [[{"text": label, "callback_data": PRESS.pack()}]]}


@atomic
def post(*, chat_id: int, text: RichText, key: str, photo: str = "") -> None:
    """Owe a channel a post with the button, once per ``key``. ``photo`` is a path below MEDIA_ROOT."""
    words = {"photo": f"file:{photo}", **text.to_api("caption")} if photo else text.to_api()
    messages.enqueue(
        [
            Message(
                key=POST + key,
                chat_id=chat_id,
                method="sendPhoto" if photo else "sendMessage",
                params={**words, "reply_markup": keyboard(0)},
            )
        ]
    )


@atomic
def adopt(*, chat_id: int, message_id: int) -> bool:
    """Put the button under a post somebody else made, where the channel wants that; whether it was put there now."""
    if not ChannelSettings.objects.filter(chat_id=chat_id, heart_button=True).exists():
        return False
    if not _note_post(chat_id, message_id):
        return False
    messages.refresh([_edit(HeartPost(chat_id=chat_id, message_id=message_id))], at_most_every=EDIT_EVERY)
    return True


@atomic
def has_button(*, chat_id: int, message_id: int) -> bool:
    """Whether this message carries our button: only such a message can be hearted by pressing.

    A post that is on its way counts: readers can see it a moment before we know its number.
    """
    if HeartPost.objects.filter(chat_id=chat_id, message_id=message_id).exists():
        return True
    posts = OutgoingMessage.objects.filter(chat_id__lt=0, chat_id=chat_id, key__startswith=POST)
    sent = posts.filter(state=MessageState.SENT, message_id=message_id)
    under_way = posts.filter(state__in=(MessageState.SENDING, MessageState.UNKNOWN))
    if not sent.exists() and not under_way.exists():
        return False
    _note_post(chat_id, message_id)
    return True


def _note_post(chat_id: int, message_id: int) -> bool:
    """Whether the post is new to us; two presses at once both find it noted."""
    columns = ("id", "chat_id", "message_id", "count", "created_at")
    row = (uuid7(), chat_id, message_id, 0, clock.now())
    return bool(rows.insert_new(HeartPost, columns, [row], key=("chat_id", "message_id")))


@atomic
def count_hearts(events: Iterable[ReactionDetected]) -> None:
    """Count the hearts of the posts these presses belong to, and owe the channel the new counts."""
    pressed = {(event.chat_id, event.message_id) for event in events if event.source == ReactionSource.BUTTON}
    if not pressed:
        return
    chats, numbers = {chat for chat, _ in pressed}, {number for _, number in pressed}
    recount(HeartPost.objects.filter(chat_id__in=chats, message_id__in=numbers))


def recount(posts: Iterable[HeartPost]) -> list[HeartPost]:
    """Count the hearts of these posts again, and owe their channels the new counts; those that changed."""
    shown = list(posts)
    counts = counts_of([(row.chat_id, row.message_id) for row in shown])
    changed = []
    for row in shown:
        count = counts[row.chat_id, row.message_id]
        if count != row.count:
            row.count = count
            changed.append(row)
    rows.assign(HeartPost, key="id", columns=("count",), rows=[(row.pk, row.count) for row in changed])
    messages.refresh([_edit(row) for row in changed], at_most_every=EDIT_EVERY)
    return changed


def counts_of(posts: Collection[tuple[int, int]], *, before: datetime | None = None) -> Counter[tuple[int, int]]:
    """How many people pressed the button of each of these posts (chat, message), all of them or until a moment."""
    hearts = Reaction.objects.filter(
        chat_id__in={chat for chat, _ in posts},
        message_id__in={number for _, number in posts},
        emoji=HEART,
        source=ReactionSource.BUTTON,
    )
    if before is not None:
        hearts = hearts.filter(created_at__lt=before)
    found = hearts.values_list("chat_id", "message_id").annotate(pressed=Count("id")).order_by()
    return Counter({(chat, number): count for chat, number, count in found})


def _edit(row: HeartPost) -> Message:
    """The call that puts this post's count on its button; a count that was not shown yet is replaced."""
    return Message(
        key=f"hearts:{row.chat_id}:{row.message_id}",
        chat_id=row.chat_id,
        method="editMessageReplyMarkup",
        params={"message_id": row.message_id, "reply_markup": keyboard(row.count)},
        priority=MessagePriority.NOTICE,
    )
