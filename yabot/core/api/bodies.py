"""In front of Django, below ``/api/``: a body is read as far as a request may go, whoever sends it, and no further.

What is longer, or says so, reaches the gateway as an empty body of too great a length: who has no key hears that, and
who has one hears 413. A body that comes in chunks gets the length it has.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/api/"
LARGEST = 256 * 1024
_LENGTH = b"content-length"


class Disconnected(Exception):
    """The sender hung up before the body was there."""


def in_front_of(application: Application) -> Application:
    """``application``, which gets no larger body than ``LARGEST`` below ``/api/``."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await application(scope, receive, send)
            return
        try:
            body = await _body(scope, receive)
        except Disconnected:
            return
        await application(_measured(scope, body), _again(body, receive), send)

    return guard


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None when it is too large, with the rest of it unread. Raises Disconnected."""
    told = dict(scope["headers"]).get(_LENGTH, b"0")
    if not told.isdigit() or int(told) > LARGEST:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Disconnected
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _measured(scope: Scope, body: bytes | None) -> Scope:
    """The request with its true length, or with one that the gateway refuses."""
    others = [(name, value) for name, value in scope["headers"] if name != _LENGTH]
    size = LARGEST + 1 if body is None else len(body)
    return {**scope, "headers": [*others, (_LENGTH, str(size).encode())]}


def _again(body: bytes | None, receive: Receive) -> Receive:
    """The body in one message, and after it whatever comes: nothing more of one that is not read."""
    told = False

    async def read() -> Mapping[str, Any]:
        nonlocal told
        if not told:
            told = True
            return {"type": "http.request", "body": body or b"", "more_body": False}
        if body is None:
            await asyncio.Event().wait()
        return await receive()

    return read
