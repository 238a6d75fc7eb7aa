"""The raw lane's batches: one transaction for many updates, and a bad one stops nobody."""

import logging
from collections.abc import Callable, Sequence

from yabot.core import correlation, faults
from yabot.core.metrics import Kind, Operation, measured, named, record
from yabot.core.models import UpdateState
from yabot.core.splitting import run_splitting
from yabot.core.telegram import inbox
from yabot.core.telegram.inbox import Stored
from yabot.core.transactions import atomic

log = logging.getLogger(__name__)

RawHandler = Callable[[Sequence[Stored]], None]


def run_raw(handler: RawHandler, updates: Sequence[Stored]) -> None:
    """Handle a batch of one kind; a bad update is marked failed with its reason and does not stop the others."""
    with measured(named(Kind.HANDLER, handler), items=len(updates), chain=updates[0].correlation_id):
        run_splitting(updates, lambda part: _handle(handler, part), _fail, lane=lambda stored: stored.id)
    faults.point("after_service_commit")


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
