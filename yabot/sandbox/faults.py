"""Trouble on order: what goes wrong, for which method and chat, and how often."""

from dataclasses import asdict, dataclass

from yabot.sandbox.wire import JSON

# ``method`` names a Bot API method, ``*`` for all but getUpdates, or ``webhook`` for deliveries to the bot.
KINDS = {
    "error": "answered with `status` (and `retry_after`) without being performed",
    "delay": "performed after `delay` seconds",
    "slow_answer": "performed at once, answered after `delay` seconds",
    "drop_before": "the connection breaks, nothing is performed",
    "drop_after": "performed, but the connection breaks before the answer",
    "empty": "performed, answered 200 with an empty body",
    "garbage": "performed, answered 200 with a body that is not JSON",
    "duplicate_updates": "getUpdates or the webhook delivers every update twice",
    "reorder_updates": "getUpdates delivers the batch backwards",
}
BATCH_KINDS = frozenset({"duplicate_updates", "reorder_updates"})
BATCH = "getUpdates:batch"
DESCRIPTIONS = {
    400: "Bad Request: the sandbox was asked to refuse this",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(slots=True, eq=False, kw_only=True)
class Fault:
    """One kind of trouble; ``count`` calls meet it, or all of them when it is None."""

    kind: str = "error"
    method: str = "*"
    chat_id: int | str | None = None
    count: int | None = 1
    status: int = 500
    retry_after: int | None = None
    delay: float = 0.0
    description: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}: choose from {', '.join(KINDS)}")
        if self.retry_after is not None:
            self.status = 429

    def matches(self, method: str, chat_id: str | None) -> bool:
        """Whether this call meets the fault. A fault for every method spares getUpdates and the webhook."""
        if self.kind in BATCH_KINDS and method != "webhook":
            return method == BATCH and self.method.lower() in {"*", "getupdates"}
        if self.method == "*":
            wanted = method not in {"getUpdates", "webhook", BATCH}
        else:
            wanted = self.method.lower() == method.lower()
        return wanted and (self.chat_id is None or str(self.chat_id) == chat_id)

    def answer(self) -> JSON:
        """The envelope of an ``error`` fault."""
        if self.status == 429:
            seconds = self.retry_after if self.retry_after is not None else 1
            text = self.description or f"Too Many Requests: retry after {seconds}"
            return {"ok": False, "error_code": 429, "description": text, "parameters": {"retry_after": seconds}}
        text = self.description or DESCRIPTIONS.get(self.status, "Internal Server Error")
        return {"ok": False, "error_code": self.status, "description": text}


class Faults:
    """The faults on order, first come first served."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def order(self, fault: Fault) -> Fault:
        """Arm the fault."""
        self.ordered.append(fault)
        return fault

    def take(self, method: str, chat_id: str | None = None) -> Fault | None:
        """The fault this call meets, counted down."""
        for fault in self.ordered:
            if fault.matches(method, chat_id):
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self.ordered.remove(fault)
                return fault
        return None

    def as_json(self) -> list[JSON]:
        """What is still armed."""
        return [asdict(fault) for fault in self.ordered]

    def clear(self) -> None:
        """Everything works again."""
        self.ordered.clear()
