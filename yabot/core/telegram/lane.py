"""The raw lane's batches: one transaction for many updates, and a bad one stops nobody."""

import logging
from collections.abc import Callable, Sequence

from yabot.core import correlation, faults
from yabot.core.metrics import Kind, Operation, measured, named, record
from yabot.core.models import UpdateState
from yabot.core.splitting import run_splitting
from yabot.core.telegram import inbox
from yabot.core.telegram.inbox import Stored
from yabot.core.transactions import atomic, is_transient

log = logging.getLogger(__name__)

RawHandler = Callable[[Sequence[Stored]], None]


def run_raw(handler: RawHandler, updates: Sequence[Stored]) -> list[Stored]:
    """Handle a batch of one kind; a bad update is marked failed with its reason and does not stop the others.

    Returns those that have to wait, in order: behind a failed one of the same person, or for a row that somebody else
    holds, as a process that died in MongoDB may for a minute.
    """
    settled: set[int] = set()

    def handle(part: Sequence[Stored]) -> None:
        _handle(handler, part)
        settled.update(stored.id for stored in part)

    def reject(stored: Stored, error: Exception) -> None:
        if not is_transient(error):
            _fail(stored, error)
            settled.add(stored.id)

    with measured(named(Kind.HANDLER, handler), items=len(updates), chain=updates[0].correlation_id):
        run_splitting(updates, handle, reject, lane=lambda stored: stored.lane)
    faults.point("after_service_commit")
    return [stored for stored in updates if stored.id not in settled]


@atomic
def _handle(handler: RawHandler, updates: Sequence[Stored]) -> None:
    handler(updates)
    inbox.mark([stored.id for stored in updates], UpdateState.DONE)


def _fail(stored: Stored, error: Exception) -> None:
    reason = f"{type(error).__name__}: {error}"
    record(Operation(Kind.HANDLER, "core", stored.kind), 0, error=reason, chain=stored.correlation_id)
    with correlation.following(stored.trace, update=stored.id):
        log.warning("update %s (%s) cannot be handled: %s", stored.id, stored.kind, reason)
    inbox.mark([stored.id], UpdateState.FAILED, reason)
