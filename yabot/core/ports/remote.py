"""Asks a module that runs in another process: HTTP and JSON, with a module key.

An attempt that proves nothing (no connection, no answer in time, a server's own trouble, rubbish) is repeated with
growing pauses, within twice the time-out in all. Five such failures in a row open the operation's circuit, and nobody
connects any more until one trial is due. Orders are repeated too: their reference makes them harmless.
"""

import logging
import random
import threading
import time
from functools import cache
from typing import Any

import httpx
import orjson
from django.conf import settings

from yabot.core import clock, correlation
from yabot.core.breaker import Breaker
from yabot.core.metrics import Kind, measured
from yabot.core.metrics import Operation as Measured
from yabot.core.ports import codec, remembered
from yabot.core.ports.operations import Answer, Operation, PortBroken, PortUnavailable, Refused

log = logging.getLogger(__name__)

TRIES = 3
FIRST_PAUSE = 0.1
MOST_BYTES = 4_000_000
REFUSED = 409
BROKEN = 500
_LATER = {408, 425, 429, BROKEN, 502, 503, 504}


class KeyNotTaken(PortUnavailable):
    """The module is there and refuses our key."""


class _Failed(Exception):
    """An attempt that brought no answer. ``again``: the same once more may bring one."""

    def __init__(self, why: str, *, again: bool, kind: type[PortUnavailable] = PortUnavailable) -> None:
        super().__init__(why)
        self.again, self.kind = again, kind


def call(operation: Operation[Any, Any], asked: Any, address: str) -> Answer[Any]:
    """The module's answer. A question's last good one, marked as stale, while the module does not answer.

    Raises Refused, and PortUnavailable when there is no answer at all: PortBroken when the module broke on it.
    """
    try:
        value = _persist(operation, codec.to_json(asked), address)
    except PortUnavailable as error:
        log.info("%s", error)
        old = None if operation.is_order else remembered.recall(operation, asked)
        if old is None:
            raise
        return old
    if not operation.is_order:
        remembered.keep(operation, asked, value)
    return Answer(value, clock.now())


def look(question: Operation[Any, Any], asked: Any, address: str) -> None:
    """Ask once, whatever the circuit says. Raises KeyNotTaken and PortUnavailable."""
    try:
        _attempt(question, codec.to_json(asked), address, time.monotonic() + 2 * settings.PORT_SECONDS)
    except _Failed as error:
        raise error.kind(question.full_name, str(error)) from None


def _persist(operation: Operation[Any, Any], body: Any, address: str) -> Any:
    """Attempt until answered, hopeless, or out of time."""
    breaker = Breaker(operation.full_name)
    deadline = time.monotonic() + 2 * settings.PORT_SECONDS
    why, kind = "its circuit is open", PortUnavailable
    for attempt in range(TRIES):
        if time.monotonic() > deadline or not breaker.allows():
            break
        try:
            with measured(Measured(Kind.PORT, operation.module, operation.name)):
                value = _attempt(operation, body, address, deadline)
        except Refused:
            breaker.succeeded()
            raise
        except _Failed as error:
            breaker.failed()
            why, kind = str(error), error.kind
            if not error.again:
                break
            time.sleep(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))
            continue
        breaker.succeeded()
        return value
    raise kind(operation.full_name, why)


def _attempt(operation: Operation[Any, Any], body: Any, address: str, deadline: float) -> Any:
    url = f"{address.rstrip('/')}/api/v1/{operation.module}/ports/{operation.name}"
    seconds = max(0.05, min(settings.PORT_SECONDS, deadline - time.monotonic()))
    try:
        status, said = _post(url, orjson.dumps(body), seconds)
    except httpx.HTTPError as error:
        raise _Failed(f"no answer from {address} ({type(error).__name__})", again=True) from None
    if status == REFUSED:
        raise _refusal(said)
    if status != 200:
        kind = _KINDS.get(status, PortUnavailable)
        raise _Failed(_complaint(operation, status), again=status in _LATER, kind=kind)
    try:
        return codec.from_json(operation.answered, orjson.loads(said))
    except ValueError as error:
        raise _Failed(f"an answer that cannot be read ({error})", again=True) from None


def _post(url: str, body: bytes, seconds: float) -> tuple[int, bytes]:
    """Status and body, in ``seconds`` for each part and twice that in all."""
    headers = {
        "Authorization": f"Bearer {settings.MODULE_KEY}",
        "Content-Type": "application/json",
        "X-Correlation-ID": str(correlation.current().correlation_id),
    }
    end = time.monotonic() + 2 * seconds
    said = bytearray()
    with _client().stream("POST", url, content=body, headers=headers, timeout=seconds) as response:
        for chunk in response.iter_bytes():
            said += chunk
            if len(said) > MOST_BYTES or time.monotonic() > end:
                raise httpx.ReadTimeout("too much, or too slowly")
        return response.status_code, bytes(said)


def _refusal(said: bytes) -> Refused | _Failed:
    try:
        found = orjson.loads(said)
        return Refused(str(found["code"]), str(found["fields"]["es"][0]), str(found["fields"]["en"][0]))
    except (ValueError, LookupError, TypeError):
        return _Failed("a refusal that cannot be read", again=False)


def _complaint(operation: Operation[Any, Any], status: int) -> str:
    """What is wrong, for the log: a wrong key and a wrong version need a person."""
    if status in {401, 403}:
        log.warning("%s refuses our key (HTTP %d): check YABOT_MODULE_KEY", operation.module, status)
        return "it refuses our key"
    if status in {400, 404, 422}:
        log.warning("%s does not understand us (HTTP %d): do both run the same version?", operation.full_name, status)
        return "it does not understand us"
    return f"it answered {status}"


_KINDS: dict[int, type[PortUnavailable]] = {BROKEN: PortBroken, 401: KeyNotTaken, 403: KeyNotTaken}
_making = threading.Lock()


def _client() -> httpx.Client:
    """One for the process: connections are kept and shared by all threads."""
    with _making:
        return _made()


@cache
def _made() -> httpx.Client:
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=30)
    return httpx.Client(limits=limits, trust_env=False, follow_redirects=False)


def close() -> None:
    """Close every connection; the next call makes new ones."""
    with _making:
        if _made.cache_info().currsize:
            _made().close()
        _made.cache_clear()
