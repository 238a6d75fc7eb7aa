"""The simulated Telegram: one world, one bot, and everything that happens between them."""

import asyncio
from dataclasses import dataclass
from typing import Any

from yabot.sandbox.clock import Clock
from yabot.sandbox.faults import Faults
from yabot.sandbox.feed import Feed
from yabot.sandbox.journal import Journal
from yabot.sandbox.updates import UpdateQueue
from yabot.sandbox.webhook import Webhook
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.messages import Message
from yabot.sandbox.world.people import Bot
from yabot.sandbox.world.world import World

DEMO_TOKEN = "4242:sandbox-demo-token-for-yabot-only-000000"  # noqa: S105 - a token only the sandbox knows


@dataclass(slots=True, eq=False)
class CallbackQuery:
    """A pressed button that waits for the bot's answer."""

    id: str
    asked_at: float
    answer: asyncio.Future[JSON]


class Telegram:
    """Holds the world and its queues. Functions elsewhere make things happen in it.

    ``reaction_delay`` is how long anonymous reaction totals are grouped before they are sent.
    """

    def __init__(self, token: str = DEMO_TOKEN, *, reaction_delay: float = 0.2) -> None:
        self.token = token
        self.reaction_delay = reaction_delay
        self.clock = Clock()
        self.world = World(self._new_bot())
        self.updates = UpdateQueue()
        self.webhook = Webhook()
        self.journal = Journal()
        self.faults = Faults()
        self.feed = Feed()
        self.queries: dict[str, CallbackQuery] = {}
        self.counting: dict[tuple[int, int], asyncio.TimerHandle] = {}

    def _new_bot(self) -> Bot:
        number = self.token.partition(":")[0]
        return Bot(int(number) if number.isdigit() else 4242)

    @property
    def bot(self) -> Bot:
        """The bot under test."""
        return self.world.bot

    def reset(self) -> None:
        """An empty world. Update and message ids go on, so that nothing repeats in the bot's database."""
        base = self.world.next_message_base()
        self.world = World(self._new_bot(), message_base=base, revision=self.world.revision + 1)
        self.updates.drop_all()
        self.updates.recent.clear()
        self.updates.allowed = None
        self.webhook.forget()
        self.journal.clear()
        self.faults.clear()
        self.queries.clear()
        for timer in self.counting.values():
            timer.cancel()
        self.counting.clear()
        self.clock.offset = 0.0
        self.feed.publish("reload", {})

    def post(self, chat: Chat, data: JSON, keyboard: JSON | None = None) -> Message:
        """Put a new message into the chat under the next id and show it."""
        head = {"message_id": chat.next_message_id(), "date": self.clock.now(), "chat": chat.json}
        message = Message({**head, **data}, keyboard=keyboard)
        chat.keep(message)
        self.touch(chat, message)
        return message

    def touch(self, chat: Chat, message: Message) -> None:
        """The message is new or changed: wake who waits for the chat and tell the pages."""
        self.world.revision += 1
        chat.revision = message.revision = self.world.revision
        self.feed.wake(chat.id)
        if self.feed.readers:
            self.feed.publish("message", message.seen())

    def changed(self) -> None:
        """Something other than a message changed: people, chats, members."""
        self.world.revision += 1
        self.feed.publish("world", {})

    def update(self, kind: str, payload: JSON) -> None:
        """Send the bot an update, if it wants that kind."""
        self.queue({kind: payload} if self.updates.wants(kind) else None)

    def queue(self, fields: JSON | None) -> Any:
        """Queue a raw update and show it on the pages."""
        if fields is None:
            return None
        update = self.updates.add_raw(fields)
        self.world.revision += 1
        if self.feed.readers:
            self.feed.publish("update", {"update_id": update.id, "kind": update.kind, **fields})
        return update.id

    def administers(self, chat: Chat) -> bool:
        """Whether the bot is an administrator of the chat."""
        return chat.is_administrator(self.bot.id)

    def stored(self) -> JSON:
        """What the state file keeps."""
        return {
            "world": self.world.stored(),
            "updates": self.updates.stored(),
            "webhook": self.webhook.stored(),
            "clock": self.clock.offset,
        }

    def restore(self, saved: JSON) -> None:
        """Take over what ``stored`` wrote."""
        self.world = World.restored(saved["world"])
        self.world.bot.id = self.world.bot.json["id"] = self._new_bot().id
        self.updates.restore(saved["updates"])
        self.webhook.restore(saved["webhook"])
        self.clock.offset = saved["clock"]
