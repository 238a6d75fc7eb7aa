"""Who reacts and when: the updates that wait for the bot, and the users who answer its messages."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from time import perf_counter
from typing import Any

import orjson

from bench.scenario import BOT, EMOJI, FIRST_MESSAGE_ID, FIRST_USER_ID, GROUP, HINTS

_REACTION = (
    b'{"update_id":%d,"message_reaction":{"chat":'
    + orjson.dumps(GROUP)
    + b',"message_id":%d,"user":{"id":%d,"is_bot":false,"first_name":"Kinky %d","language_code":"es"},'
    b'"date":%d,"old_reaction":[],"new_reaction":[{"type":"emoji","emoji":"' + EMOJI.encode() + b'"}]}}'
)
_EPOCH = 1_767_225_600


class Updates:
    """Updates in order of their numbers, kept until an offset confirms them."""

    def __init__(self, on_new: Callable[[], None] = lambda: None) -> None:
        self.on_new = on_new
        self.first = 1
        self._waiting: deque[bytes] = deque()

    @property
    def next_id(self) -> int:
        return self.first + len(self._waiting)

    def add(self, update: bytes) -> None:
        self._waiting.append(update)
        self.on_new()

    def confirm(self, offset: int) -> None:
        """Forget all updates before ``offset``; a negative one keeps that many of the last."""
        if offset < 0:
            offset = max(self.first, self.next_id + offset)
        while self.first < offset and self._waiting:
            self._waiting.popleft()
            self.first += 1

    def earliest(self, limit: int) -> list[bytes]:
        return list(islice(self._waiting, limit))


class Load:
    """All users react at once, and each again as soon as their message came."""

    def __init__(self, updates: Updates, *, users: int, rounds: int) -> None:
        self.updates, self.users, self.rounds = updates, users, rounds
        self.latencies: list[float] = []
        self.duplicates = self.strangers = self.reactions = 0
        self.started = self.ended = 0.0
        self.finished = asyncio.Event()
        self._since = [0.0] * users
        self._rounds_done = [0] * users

    @property
    def total(self) -> int:
        return self.users * self.rounds

    def promote_bot(self) -> None:
        """Tell the bot that it became an administrator of the group."""
        member = {"user": BOT, "status": "member"}
        rights = dict.fromkeys(ADMINISTRATOR_RIGHTS, True)
        change = {
            "chat": GROUP,
            "from": {"id": FIRST_USER_ID - 1, "is_bot": False, "first_name": "Lucien"},
            "date": _EPOCH,
            "old_chat_member": member,
            "new_chat_member": member | rights | {"status": "administrator", "is_anonymous": False},
        }
        self.updates.add(orjson.dumps({"update_id": self.updates.next_id, "my_chat_member": change}))

    def start(self) -> None:
        self.started = perf_counter()
        for user in range(self.users):
            self.react(user)

    def react(self, user: int) -> None:
        """Queue the user's next reaction, to a message nobody of them reacted to before."""
        number = self._rounds_done[user]
        values = (self.updates.next_id, FIRST_MESSAGE_ID + number, FIRST_USER_ID + user, user, _EPOCH + number)
        self._since[user] = perf_counter()
        self.reactions += 1
        self.updates.add(_REACTION % values)

    def message_received(self, chat_id: int) -> None:
        """Take a message of the bot; one that no reaction waits for is a duplicate."""
        user = chat_id - FIRST_USER_ID
        if not 0 <= user < self.users:
            self.strangers += 1
        elif not self._since[user]:
            self.duplicates += 1
        else:
            self.ended = perf_counter()
            self.latencies.append(self.ended - self._since[user])
            self._since[user] = 0.0
            self._rounds_done[user] += 1
            self.continue_after(user)

    def continue_after(self, user: int) -> None:
        if self._rounds_done[user] < self.rounds:
            self.react(user)
        elif len(self.latencies) == self.total:
            self.finished.set()

    def report(self) -> dict[str, Any]:
        seconds = max(self.ended - self.started, 1e-9)
        return {
            "users": self.users,
            "rounds": self.rounds,
            "reactions": self.reactions,
            "messages": len(self.latencies) + self.duplicates,
            "missing": self.total - len(self.latencies),
            "duplicates": self.duplicates,
            "strangers": self.strangers,
            "seconds": round(seconds, 3),
            "reactions_per_second": round(len(self.latencies) / seconds, 1),
            **percentiles(self.latencies),
        }


class IdleLoad(Load):
    """One reaction at a time with a pause after each; the next user comes when one has all hints."""

    pauses = (0.030, 0.060)

    def __init__(self, updates: Updates, *, reactions: int) -> None:
        rounds = min(HINTS, reactions)
        super().__init__(updates, users=-(-reactions // rounds), rounds=rounds)

    def start(self) -> None:
        self.started = perf_counter()
        self.react(0)

    def continue_after(self, user: int) -> None:
        if len(self.latencies) == self.total:
            self.finished.set()
            return
        following = user + (self._rounds_done[user] == self.rounds)
        asyncio.get_running_loop().call_later(random.uniform(*self.pauses), self.react, following)


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95, p99 and max in milliseconds (nearest rank)."""
    ordered = sorted(seconds) or [0.0]
    last = len(ordered) - 1
    ranks = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
    return {name: round(ordered[min(last, int(share * len(ordered)))] * 1000, 2) for name, share in ranks.items()}


ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_send_welcome_messages",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
