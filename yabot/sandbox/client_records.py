"""The half of the client that reads what the bot did, waits for it, and makes trouble."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yabot.sandbox.control_connection import ControlConnection

JSON = dict[str, Any]
Predicate = Callable[[JSON], bool]
WAIT = 30.0


class Records(ControlConnection):
    """Reads messages, calls and updates; every wait is a long poll on the server."""

    def messages(self, chat_id: int, since: int = 0) -> list[JSON]:
        """The chat's messages, oldest first; those changed after a revision if given."""
        return list(self.call("messages", chat_id=chat_id, since=since)["messages"])

    def revision(self, chat_id: int) -> int:
        """A mark for ``wait_for_message(since=...)``: what changes later has a higher one."""
        return int(self.call("messages", chat_id=chat_id, since=1 << 62)["revision"])

    def wait_for_message(
        self,
        chat_id: int,
        wanted: str | Predicate = "",
        timeout: float = WAIT,
        *,
        since: int = 0,
        from_bot: bool = True,
    ) -> JSON:
        """The newest message that contains the text or satisfies the predicate, as soon as there is one.

        Edits count as well. Only the bot's messages (and channel posts) unless ``from_bot`` is False.
        Raises ``TimeoutError`` that quotes what was there instead.
        """
        deadline = time.monotonic() + timeout
        answer = self.call("messages", chat_id=chat_id, since=since)
        while True:
            for message in reversed(answer["messages"]):
                if _matches(message, wanted) and (not from_bot or _may_be_the_bots(message)):
                    return dict(message)
            left = deadline - time.monotonic()
            if left <= 0:
                there = [words(message) for message in self.messages(chat_id, since)[-10:]]
                raise TimeoutError(f"no message like {wanted!r} in chat {chat_id}; the last ones: {there}")
            answer = self.call("wait_for_change", chat_id=chat_id, since=answer["revision"], timeout=left)

    def wait_for_call(
        self, method: str | None = None, predicate: Predicate | None = None, timeout: float = WAIT, *, after: int = 0
    ) -> JSON:
        """The first recorded call of the method (that satisfies the predicate) after call number ``after``."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            found = self.call("wait_for_call", method=method, after=after, timeout=max(0.0, left))
            for call in found:
                after = call["number"]
                if predicate is None or predicate(call):
                    return dict(call)
            if left <= 0:
                raise TimeoutError(f"no call of {method or 'any method'} within {timeout} s")

    def calls(self, method: str | None = None, after: int = 0) -> list[JSON]:
        """The recorded calls: ``method``, decoded ``params``, ``status``, ``refused``, ``answer``, ``description``."""
        return list(self.call("calls", method=method, after=after))

    def clear_calls(self) -> None:
        """Forget the recorded calls."""
        self.call("clear_calls")

    def export_calls(self, path: str | Path) -> int:
        """Write method and raw parameters as JSON lines; tells how many."""
        found = self.call("export_calls")
        lines = "".join(json.dumps(call, ensure_ascii=False) + "\n" for call in found)
        Path(path).write_text(lines, encoding="utf-8")
        return len(found)

    def unmodelled(self) -> list[JSON]:
        """Every call that was answered 501: an end-to-end test fails when there is one."""
        return list(self.call("unmodelled"))

    def updates(self) -> list[JSON]:
        """The updates that were queued for the bot."""
        return list(self.call("updates"))

    def pending(self) -> list[JSON]:
        """The updates the bot has not confirmed."""
        return list(self.call("pending"))

    def wait_until_read(self, timeout: float = WAIT) -> bool:
        """Whether the bot confirmed every update within the time."""
        deadline = time.monotonic() + timeout
        while True:
            left = max(0.0, deadline - time.monotonic())
            if self.call("wait_until_read", timeout=left):
                return True
            if not left:
                return False

    def inject_update(self, update: JSON) -> int:
        """Queue any update, also a malformed one; tells its id."""
        return int(self.call("inject_update", update=update))

    def redeliver(self, update_id: int, *, fresh_id: bool = True) -> int:
        """Send an update again, as Telegram's apps re-send an unanswered press."""
        return int(self.call("redeliver", update_id=update_id, fresh_id=fresh_id))

    def fault(self, method: str = "*", *, count: int | None = 1, kind: str = "error", **order: Any) -> None:
        """Order trouble: ``chat_id``, ``status``, ``retry_after``, ``delay``, ``description``; ``count=None`` lasts."""
        self.call("fault", method=method, count=count, kind=kind, **order)

    def clear_faults(self) -> None:
        """Everything works again."""
        self.call("clear_faults")


def words(message: JSON) -> str:
    """What a message says: its text, or its caption."""
    return str(message.get("text") or message.get("caption") or "")


def _matches(message: JSON, wanted: str | Predicate) -> bool:
    return wanted(message) if callable(wanted) else wanted in words(message)


def _may_be_the_bots(message: JSON) -> bool:
    return bool(message.get("from", {}).get("is_bot", message["chat"]["type"] == "channel"))
