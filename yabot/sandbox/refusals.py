"""What Telegram says when it does not do what a bot asks."""

from typing import Any


class Refusal(Exception):
    """A call that is answered ``{"ok": false}``, with Telegram's own code and wording."""

    def __init__(self, error_code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.error_code = error_code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The envelope Telegram answers with."""
        body: dict[str, Any] = {"ok": False, "error_code": self.error_code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(what: str) -> Refusal:
    """400: the call itself is wrong."""
    return Refusal(400, f"Bad Request: {what}")


def forbidden(what: str) -> Refusal:
    """403: somebody does not want the bot there."""
    return Refusal(403, f"Forbidden: {what}")


def not_modelled(what: str) -> Refusal:
    """501: Telegram does this, the sandbox does not, and says so."""
    return Refusal(501, f"the sandbox does not model {what}")
