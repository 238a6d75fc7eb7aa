"""What the bot asked for, and what it was told: the record that tests and the page read."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from yabot.sandbox.wire import JSON, loads

KEPT_CALLS = 20_000
KEPT_UNMODELLED = 1_000
WORDS = frozenset({"text", "caption", "title", "description", "name", "short_description", "secret_token", "payload"})


@dataclass(slots=True, eq=False)
class Call:
    """One call: parameters as they came (files as ``{"$file": name, "size": n}``) and the answer's body."""

    number: int
    at: float
    method: str
    params: JSON
    status: int
    answer: bytes
    fault: str | None = None

    def as_json(self) -> JSON:
        """The call with decoded parameters, for tests and the page."""
        answer = _decoded(self.answer)
        return {
            "number": self.number,
            "at": self.at,
            "method": self.method,
            "params": {name: plain(name, value) for name, value in self.params.items()},
            "status": self.status,
            "refused": self.status != 200,
            "answer": answer,
            "description": answer.get("description") if isinstance(answer, dict) else None,
            "fault": self.fault,
        }


class Journal:
    """The last calls in order, and everything that was answered 501."""

    def __init__(self) -> None:
        self.number = 0
        self.calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self.unmodelled: deque[Call] = deque(maxlen=KEPT_UNMODELLED)

    def record(self, call: Call) -> None:
        """Keep the call; getUpdates that simply worked is not worth a line."""
        if call.method == "getUpdates" and call.status == 200 and not call.fault:
            return
        self.number += 1
        call.number = self.number
        self.calls.append(call)
        if call.status == 501 and not call.fault:
            self.unmodelled.append(call)

    def of(self, method: str | None = None, after: int = 0) -> list[JSON]:
        """The calls, of one method if asked, newer than the number ``after``."""
        wanted = method.lower() if method else None
        return [
            call.as_json()
            for call in self.calls
            if call.number > after and (wanted is None or call.method.lower() == wanted)
        ]

    def exported(self) -> list[JSON]:
        """The calls as a schema checker reads them: method and raw parameters."""
        return [{"method": call.method, "params": call.params} for call in self.calls]

    def clear(self) -> None:
        """Forget the calls; numbers go on."""
        self.calls.clear()
        self.unmodelled.clear()


def plain(name: str, value: Any) -> Any:
    """A form-encoded value as the object it stands for; words stay words."""
    if not isinstance(value, str) or name in WORDS:
        return value
    try:
        return loads(value)
    except ValueError:
        return value


def _decoded(body: bytes) -> Any:
    try:
        return loads(body)
    except ValueError:
        return {"description": body.decode("utf-8", "replace")}
