"""The raw lane: updates that come in masses go from their JSON straight into batches.

Each handler takes the stored updates of its kind and calls one service. It runs in the transaction that marks them
done, and raises on what it cannot read: the lane then finds the bad one and marks it failed.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from yabot.core import people, reactions
from yabot.core.models import BotStatus, ReactionSource
from yabot.core.people import Person
from yabot.core.reactions import NewReaction, NewTotal, same_emoji
from yabot.core.telegram.inbox import Stored


def on_reactions(updates: Sequence[Stored]) -> None:
    """``message_reaction``: people in groups changed their reactions. Anonymous ones count for nobody."""
    named = [update for update in updates if update.body.get("user")]
    people.meet(Person.from_telegram(update.body["user"]) for update in named if not update.body["user"].get("is_bot"))
    reactions.detect([reaction for update in named for reaction in _new_reactions(update)])


def _new_reactions(update: Stored) -> Iterator[NewReaction]:
    """The emoji that were added; those that stay or go are no news."""
    body = update.body
    user, before = body["user"], set(_emoji(body["old_reaction"]))
    if user.get("is_bot"):
        return
    for emoji in dict.fromkeys(_emoji(body["new_reaction"])):
        if emoji not in before:
            chat_id, message_id = int(body["chat"]["id"]), int(body["message_id"])
            yield NewReaction(int(user["id"]), chat_id, message_id, emoji, ReactionSource.NATIVE, update.trace)


def _emoji(given: Sequence[dict[str, Any]]) -> list[str]:
    """Plain emoji as they are, custom ones by their id; paid stars have none."""
    found = [reaction.get("emoji") or reaction.get("custom_emoji_id") for reaction in given]
    return [same_emoji(str(emoji))[:64] for emoji in found if emoji]


def on_reaction_counts(updates: Sequence[Stored]) -> None:
    """``message_reaction_count``: anonymous totals of a channel's messages."""
    reactions.count([total for update in updates for total in _totals(update)])


def _totals(update: Stored) -> Iterator[NewTotal]:
    body = update.body
    for reaction in body["reactions"]:
        for emoji in _emoji([reaction["type"]]):
            total = int(reaction["total_count"])
            yield NewTotal(int(body["chat"]["id"]), int(body["message_id"]), emoji, total, update.trace)


_STATUS = {
    "creator": BotStatus.ADMINISTRATOR,
    "administrator": BotStatus.ADMINISTRATOR,
    "member": BotStatus.MEMBER,
    "restricted": BotStatus.MEMBER,
    "left": BotStatus.LEFT,
    "kicked": BotStatus.LEFT,
}


def on_my_membership(updates: Sequence[Stored]) -> None:
    """``my_chat_member``: the bot was added, promoted, removed, or blocked by a reader."""
    people.meet(Person.from_telegram(update.body["from"]) for update in updates)
    for update in updates:
        chat, status = update.body["chat"], _STATUS[update.body["new_chat_member"]["status"]]
        if chat["type"] != "private":
            people.learn_chat(
                chat_id=int(chat["id"]),
                type=chat["type"],
                title=chat.get("title") or "",
                username=chat.get("username") or "",
                bot_status=status,
            )
        elif status == BotStatus.LEFT:
            people.block(user_id=int(chat["id"]))
        else:
            people.unblock(user_id=int(chat["id"]))
