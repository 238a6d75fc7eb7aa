"""The foundation's part of the back office."""

from yabot.core.admin import (
    chain,
    deliveries,
    events,
    inbound,
    jobs,
    keys,
    outgoing,
    people,
    reactions,
    reconciliation,
    samples,
    staff,
    webhooks,
)

__all__ = [
    "chain",
    "deliveries",
    "events",
    "inbound",
    "jobs",
    "keys",
    "outgoing",
    "people",
    "reactions",
    "reconciliation",
    "samples",
    "staff",
    "webhooks",
]
