"""A message that must be sent now, and what became of it: plain values, also spoken with the sending process."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

import orjson


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this process must send now, once."""

    id: UUID
    chat_id: int
    method: str
    payload: str
    attempts: int
    user_id: int | None
    correlation_id: UUID | None = None

    def params(self) -> dict[str, Any]:
        """The call's parameters."""
        return {"chat_id": self.chat_id, **orjson.loads(self.payload)}


class Outcome(Enum):
    """What a call told us."""

    SENT = "sent"
    LATER = "later"  # certainly not delivered, may work another time
    NEVER = "never"  # refused for good
    BLOCKED = "blocked"  # refused because the person does not want the bot
    MOVED = "moved"  # the group has another id now
    UNKNOWN = "unknown"  # nobody knows


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one claimed message."""

    message: Claimed
    outcome: Outcome
    message_id: int | None = None
    error: str = ""
    retry_after: float = 0
    moved_to: int | None = None
    uploaded: tuple[tuple[str, str], ...] = ()

    def to_wire(self) -> dict[str, Any]:
        """What the sending process tells: everything but the message itself."""
        told: dict[str, Any] = {"id": self.message.id, "outcome": self.outcome.value, "message_id": self.message_id}
        if self.outcome is not Outcome.SENT or self.uploaded:
            told |= {"error": self.error, "retry_after": self.retry_after, "moved_to": self.moved_to}
            told["uploaded"] = self.uploaded
        return told

    @classmethod
    def from_wire(cls, told: Mapping[str, Any], message: Claimed) -> "Result":
        """What was told, about the message it is about."""
        return cls(
            message,
            Outcome(told["outcome"]),
            told.get("message_id"),
            told.get("error", ""),
            told.get("retry_after", 0),
            told.get("moved_to"),
            tuple((path, file_id) for path, file_id in told.get("uploaded", ())),
        )
