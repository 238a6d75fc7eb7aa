"""Operations that read what happened, wait for it, or make trouble."""

from typing import Any

from yabot.sandbox.control.registry import operation
from yabot.sandbox.faults import Fault
from yabot.sandbox.people.errors import Impossible
from yabot.sandbox.people.lookup import chat_named
from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON, loads
from yabot.sandbox.world.chats import Chat

LONGEST_WAIT = 60.0


@operation
def messages(tg: Telegram, chat_id: int, since: int = 0, limit: int | None = None) -> JSON:
    """The messages changed after revision ``since``, oldest first, and the chat's revision now."""
    return _changed(chat_named(tg, chat_id), since, limit)


def _changed(chat: Chat, since: int, limit: int | None = None) -> JSON:
    found = [message.seen() for message in chat.messages.values() if message.revision > since]
    return {"revision": chat.revision, "messages": found[-limit:] if limit else found}


@operation
async def wait_for_change(tg: Telegram, chat_id: int, since: int, timeout: float = 10.0) -> JSON:
    """Like ``messages``, but waits until the chat has changed after revision ``since``."""
    chat = chat_named(tg, chat_id)
    if chat.revision <= since:
        await tg.feed.wait(chat.id, min(timeout, LONGEST_WAIT))
    return _changed(chat, since)


@operation
def calls(tg: Telegram, method: str | None = None, after: int = 0) -> list[JSON]:
    """The recorded calls."""
    return tg.journal.of(method, after)


@operation
async def wait_for_call(tg: Telegram, method: str | None = None, after: int = 0, timeout: float = 10.0) -> list[JSON]:
    """The calls newer than number ``after``; waits for one if there is none."""
    found = tg.journal.of(method, after)
    if not found:
        await tg.feed.wait("calls", min(timeout, LONGEST_WAIT))
        found = tg.journal.of(method, after)
    return found


@operation
def export_calls(tg: Telegram) -> list[JSON]:
    """Method and raw parameters of every recorded call, for a schema checker."""
    return tg.journal.exported()


@operation
def clear_calls(tg: Telegram) -> bool:
    """Forget the recorded calls."""
    tg.journal.clear()
    return True


@operation
def unmodelled(tg: Telegram) -> list[JSON]:
    """Every call that was answered 501."""
    return [call.as_json() for call in tg.journal.unmodelled]


@operation
def updates(tg: Telegram, limit: int | None = None) -> list[JSON]:
    """The updates that were queued, oldest first."""
    recent = list(tg.updates.recent)
    return [loads(update.body) for update in (recent[-limit:] if limit else recent)]


@operation
def pending(tg: Telegram) -> list[JSON]:
    """The updates the bot has not confirmed."""
    return [loads(update.body) for update in tg.updates.pending]


@operation
async def wait_until_read(tg: Telegram, timeout: float = 10.0) -> bool:
    """Whether the bot confirmed every update within the time."""
    return await tg.updates.wait_until_read(min(timeout, LONGEST_WAIT))


@operation
def inject_update(tg: Telegram, update: JSON) -> Any:
    """Queue any update, also one Telegram would never send; tells its id."""
    return tg.queue(update)


@operation
def redeliver(tg: Telegram, update_id: int, fresh_id: bool = True) -> Any:
    """Send an update again, under a new id as after an unanswered press, or under its own."""
    for update in reversed(tg.updates.recent):
        if update.id == update_id:
            fields = loads(update.body)
            if fresh_id:
                del fields["update_id"]
            return tg.queue(fields)
    raise Impossible(f"there was no update {update_id}")


@operation
def fault(tg: Telegram, **order: Any) -> JSON:
    """Order trouble; see ``faults.KINDS``."""
    try:
        tg.faults.order(Fault(**order))
    except (TypeError, ValueError) as mistake:
        raise Impossible(str(mistake)) from None
    return {"armed": len(tg.faults.ordered)}


@operation
def faults(tg: Telegram) -> list[JSON]:
    """The trouble still on order."""
    return tg.faults.as_json()


@operation
def clear_faults(tg: Telegram) -> bool:
    """Everything works again."""
    tg.faults.clear()
    return True


@operation
def webhook(tg: Telegram) -> JSON:
    """The webhook as getWebhookInfo tells it."""
    return tg.webhook.info(len(tg.updates.pending), tg.updates.allowed)
