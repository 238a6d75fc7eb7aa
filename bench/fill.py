"""Fills a database with a community's past, quickly: people, reactions, the ledger, events, hints, letters.

Each turn every person reacted once, in another order: indexes get their keys as they do in life, not sorted.
"""

import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bench.scenario import EMOJI, FIRST_MESSAGE_ID, GROUP_ID, HINTS, REWARD

FIRST_FILLED_ID = 50_000_001
TURNS = 5
STEP = 1_000
PAST = timedelta(days=60)


Table = tuple[Any, tuple[str, ...], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Fact:
    """One reaction of the past and all that followed from it."""

    number: int
    user_id: int
    turn: int
    at: datetime
    account_id: UUID

    @property
    def message_id(self) -> int:
        """The message reacted to: a new one for each turn and hundred people."""
        return FIRST_MESSAGE_ID + 100_000 * self.turn + self.number // 100

    def uuid(self, place: int) -> UUID:
        """An id of version 7 of that time; ``place`` tells rows of one fact apart."""
        head = int(self.at.timestamp() * 1000) << 80 | 7 << 76
        return UUID(int=head | 2 << 62 | self.number << 8 | place)


def people(count: int, every: int = 1) -> list[int]:
    """The ids of ``count`` people; with ``every`` only each so-manieth of them."""
    return list(range(FIRST_FILLED_ID, FIRST_FILLED_ID + count * every, every))


def fill(user_ids: Sequence[int], *, turns: int = TURNS) -> None:
    """Write the past of these people: ``turns`` reactions each, two entries for each reaction."""
    accounts = dict(zip(user_ids, _account_ids(len(user_ids)), strict=True))
    _write_people(accounts, turns)
    hints = _hints()
    for part in _parts(list(_facts(accounts, turns)), STEP):
        _write(part, hints)


def _account_ids(count: int) -> Iterator[UUID]:
    from yabot.core.ids import uuid7

    return (uuid7() for _ in range(count))


def _parts(items: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _facts(accounts: dict[int, UUID], turns: int) -> Iterator[Fact]:
    from yabot.core import clock

    dice, order = random.Random(1), list(accounts)
    begin, step = clock.now() - PAST, PAST / (len(order) * turns + 1)
    number = 0
    for turn in range(turns):
        dice.shuffle(order)
        for user_id in order:
            number += 1
            yield Fact(number, user_id, turn, begin + number * step, accounts[user_id])


def _write_people(accounts: dict[int, UUID], turns: int) -> None:
    from gamification.models import Account
    from gamification.services.credits import ACCOUNT, USER
    from yabot.core import clock, rows
    from yabot.core.models import EventStream, TelegramUser

    begin = clock.now() - PAST
    columns = ("id", "first_name", "last_name", "username", "language_code", "language", "time_zone", "created_at")
    for part in _parts(list(accounts), STEP):
        names = [(user, f"Lectora {user}", "", f"lectora_{user}", "es", "", "UTC", begin) for user in part]
        _commit(rows.insert, TelegramUser, columns, names)
        wallets = [(accounts[user], USER, user, turns * REWARD, begin) for user in part]
        _commit(rows.insert, Account, ACCOUNT, wallets)
        _commit(rows.insert, EventStream, ("user_id", "last_sequence"), [(user, 3 * turns) for user in part])


def _commit(function: Any, *args: Any) -> None:
    from yabot.core.transactions import atomic

    atomic(function)(*args)


def _hints() -> list[Any]:
    from narrative.models import Hint

    return list(Hint.objects.order_by("order").values_list("id", "key")[:HINTS])


def _write(facts: Sequence[Fact], hints: Sequence[Any]) -> None:
    from yabot.core import rows
    from yabot.core.transactions import atomic

    @atomic
    def write() -> None:
        for model, columns, values in _tables(facts, hints):
            rows.insert(model, columns, values)

    write()


def _tables(facts: Sequence[Fact], hints: Sequence[Any]) -> Iterator[Table]:
    """Each table's rows of these facts."""
    from gamification.models import MINT_ID, Entry, Transfer
    from gamification.services.ledger import ENTRY, TRANSFER
    from yabot.core.events import RECORD
    from yabot.core.models import EventRecord, InboundUpdate, Reaction
    from yabot.core.reactions import REACTION
    from yabot.core.telegram.inbox import COLUMNS

    yield (
        InboundUpdate,
        COLUMNS,
        [(f.number, "message_reaction", f.user_id, "{}", 1, "", f.uuid(0), f.at) for f in facts],
    )
    yield Reaction, REACTION, [(f.uuid(1), GROUP_ID, f.message_id, f.user_id, EMOJI, "native", f.at) for f in facts]
    yield EventRecord, RECORD, [row for f in facts for row in _events(f)]
    yield Transfer, TRANSFER, [
        (f.uuid(3), f"reaction:{GROUP_ID}:{f.message_id}:{f.user_id}", "reaction", REWARD, MINT_ID, f.account_id,
         f.user_id, None, "", f.uuid(0), f.uuid(2), f.at)
        for f in facts
    ]  # fmt: skip
    yield Entry, ENTRY, [row for f in facts for row in _entries(f, MINT_ID)]
    yield from _letters(facts, hints)


def _events(f: Fact) -> Iterator[tuple[Any, ...]]:
    chain = f.uuid(0)
    reaction = f'{{"chat_id":{GROUP_ID},"message_id":{f.message_id},"emoji":"{EMOJI}","source":"native"}}'
    yield (f.uuid(2), "reaction_detected", f.user_id, reaction, chain, None, 3 * f.turn + 1, 5, f.at)
    balance = (f.turn + 1) * REWARD
    added = f'{{"amount":{REWARD},"balance":{balance},"reason":"reaction","reference":"r","transfer_id":"{f.uuid(3)}"}}'
    yield (f.uuid(6), "besitos_added", f.user_id, added, chain, f.uuid(2), 3 * f.turn + 2, 5, f.at)
    yield (f.uuid(7), "hint_unlocked", f.user_id, "{}", chain, f.uuid(6), 3 * f.turn + 3, 5, f.at)


def _entries(f: Fact, mint: UUID) -> Iterator[tuple[Any, ...]]:
    yield (f.uuid(4), f.uuid(3), mint, -REWARD, None, f.at)
    yield (f.uuid(5), f.uuid(3), f.account_id, REWARD, (f.turn + 1) * REWARD, f.at)


def _letters(facts: Sequence[Fact], hints: Sequence[Any]) -> Iterator[Table]:
    from narrative.models import HintUnlock
    from yabot.core.models import OutgoingMessage

    opened = [(f, *hints[f.turn]) for f in facts if f.turn < len(hints)]
    columns = ("id", "hint", "user_id", "correlation_id", "has_letter", "unlocked_at")
    yield HintUnlock, columns, [(f.uuid(8), hint, f.user_id, f.uuid(0), True, f.at) for f, hint, _key in opened]
    names = ("id", "key", "chat_id", "user_id", "method", "payload", "priority", "state", "due_at", "attempts",
             "error", "message_id", "owner", "correlation_id", "causation_id", "created_at", "sent_at")  # fmt: skip
    yield OutgoingMessage, names, [
        (f.uuid(9), f"hint:{key}:{f.user_id}", f.user_id, f.user_id, "sendMessage", '{"text":"Buenas noches"}', 5, 2,
         f.at, 1, "", f.number, "", f.uuid(0), f.uuid(7), f.at, f.at)
        for f, _hint, key in opened
    ]  # fmt: skip


def analyse() -> None:
    """Statistics, where the engine would have gathered them by now; SQLite never does so by itself."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def main() -> None:
    """``python -m bench.fill PEOPLE [EVERY]``."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
    django.setup()
    fill(people(*map(int, sys.argv[1:])))
    analyse()


if __name__ == "__main__":
    main()
