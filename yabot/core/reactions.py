"""Reactions: the first fact of YABOT's story."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from yabot.core import clock, rows
from yabot.core.correlation import Trace
from yabot.core.events import Event, EventSignal, publish
from yabot.core.ids import uuid7
from yabot.core.models import Reaction, ReactionSource, ReactionTotal
from yabot.core.transactions import atomic

HEART = "❤"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReactionDetected(Event):
    """A person reacted to a message, for the first time with this emoji.

    Published by ``reactions.detect``, for reactions in groups and for ❤️ buttons under posts. Not published when a
    reaction is repeated, changed back or taken away, and never for a channel's anonymous totals.
    """

    chat_id: int
    message_id: int
    emoji: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReactionsCounted(Event):
    """A channel message's anonymous total changed. Published by ``reactions.count``; about nobody."""

    chat_id: int
    message_id: int
    emoji: str
    total: int


reaction_detected = EventSignal(ReactionDetected)
reactions_counted = EventSignal(ReactionsCounted)


@dataclass(frozen=True, slots=True)
class NewReaction:
    """A reaction as an entrance read it."""

    user_id: int
    chat_id: int
    message_id: int
    emoji: str
    source: ReactionSource
    trace: Trace

    @property
    def key(self) -> tuple[int, int, int, str]:
        """What makes it one reaction."""
        return (self.chat_id, self.message_id, self.user_id, self.emoji)


@dataclass(frozen=True, slots=True)
class NewTotal:
    """An anonymous total as an entrance read it."""

    chat_id: int
    message_id: int
    emoji: str
    total: int
    trace: Trace


def same_emoji(emoji: str) -> str:
    """«❤» and «❤️» are one emoji: without the variation selector, as Telegram sends it."""
    return emoji.replace("\ufe0f", "")


REACTION = ("id", "chat_id", "message_id", "user_id", "emoji", "source", "created_at")


@atomic
def detect(given: Sequence[NewReaction]) -> list[NewReaction]:
    """Note reactions and announce those that are new: once per message, person and emoji, however often they come.

    Returns the new ones. One statement and one ``publish`` for any list.
    """
    wanted = {reaction.key: reaction for reaction in given}
    now = clock.now()
    written = rows.insert_new(
        Reaction,
        REACTION,
        [(uuid7(), *reaction.key, reaction.source.value, now) for reaction in wanted.values()],
        key=REACTION[1:5],
    )
    new = [reaction for key, reaction in wanted.items() if key in written]
    publish([_detected(reaction) for reaction in new])
    return new


def _detected(reaction: NewReaction) -> ReactionDetected:
    return ReactionDetected(
        user_id=reaction.user_id,
        trace=reaction.trace,
        chat_id=reaction.chat_id,
        message_id=reaction.message_id,
        emoji=reaction.emoji,
        source=reaction.source.value,
    )


@atomic
def count(given: Sequence[NewTotal]) -> None:
    """Note anonymous totals and announce those that changed. A late, repeated total changes nothing."""
    wanted = {(total.chat_id, total.message_id, total.emoji): total for total in given}
    known = {
        (row.chat_id, row.message_id, row.emoji): row
        for row in ReactionTotal.objects.filter(
            chat_id__in={key[0] for key in wanted}, message_id__in={key[1] for key in wanted}
        )
    }
    changed = [total for key, total in wanted.items() if key not in known or known[key].total != total.total]
    for total in changed:
        ReactionTotal.objects.update_or_create(
            chat_id=total.chat_id,
            message_id=total.message_id,
            emoji=total.emoji,
            defaults={"total": total.total, "counted_at": clock.now()},
        )
    publish([_counted(total) for total in changed])


def _counted(total: NewTotal) -> ReactionsCounted:
    return ReactionsCounted(
        trace=total.trace, chat_id=total.chat_id, message_id=total.message_id, emoji=total.emoji, total=total.total
    )


def given_by(user_ids: Sequence[int]) -> dict[int, int]:
    """How many reactions each of these people has given; people without any are absent."""
    return dict(Reaction.objects.filter(user_id__in=user_ids).values_list("user_id").annotate(Count("id")))


def hearts_of(*, chat_id: int, message_id: int) -> int:
    """How many people pressed the ❤️ button of a post."""
    return Reaction.objects.filter(
        chat_id=chat_id, message_id=message_id, emoji=HEART, source=ReactionSource.BUTTON
    ).count()
