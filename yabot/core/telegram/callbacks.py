"""What a button carries: an action, its values, and a signature, in 64 bytes.

Callback data comes from the client, which may send anything: the signature binds it to this bot and, for personal
buttons, to one person; what it refers to is looked up and checked again when it is pressed.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings

from yabot.core.errors import SessionLost
from yabot.core.telegram.limits import check_callback_data

_SIGNATURE = 8  # bytes: 64 bits, against 10 tries a second that is for ever
_SAFE = re.compile(r"[\w.=-]*\Z", re.ASCII)


class ForgedCallback(SessionLost):
    """Button data that this bot did not make for this person, or that it no longer knows. Nothing is done.

    An old screen and a forgery look the same: both are told how to begin again.
    """

    spanish = "Sesión expirada, por favor reinicia: escribe /start."
    english = "Session expired, please start again: send /start."


@dataclass(frozen=True, slots=True)
class Pressed:
    """Button data that was checked."""

    action: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallbackAction:
    """One kind of button. ``personal``: only the person it was made for may press it."""

    name: str
    personal: bool = True
    known: ClassVar[dict[str, "CallbackAction"]] = {}

    def __post_init__(self) -> None:
        self.known[self.name] = self

    def pack(self, *values: str, owner: int = 0) -> str:
        """The data of a button with these values, for ``owner`` when personal. Raises when it is over 64 bytes."""
        if not all(_SAFE.match(value) for value in values):
            raise ValueError(f"callback values are letters, digits and .=_-; got {values!r}")
        data = ":".join([self.name, *values, _sign(self.name, values, owner if self.personal else 0)])
        check_callback_data(data)
        return data

    @property
    def pattern(self) -> str:
        """A regular expression that finds this action's data."""
        return rf"^{re.escape(self.name)}:"


def unpack(data: str, *, user_id: int) -> Pressed:
    """Read and check pressed data. Raises ForgedCallback."""
    name, *rest = data.split(":")
    action = CallbackAction.known.get(name)
    if action is None or not rest:
        raise ForgedCallback
    *values, signature = rest
    expected = _sign(name, values, user_id if action.personal else 0)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise ForgedCallback
    return Pressed(name, tuple(values))


def _sign(name: str, values: Sequence[str], owner: int) -> str:
    text = "\x1f".join(["callback", name, str(owner), *values]).encode()
    digest = hmac.digest(settings.SECRET_KEY.encode(), text, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_SIGNATURE]).decode().rstrip("=")
