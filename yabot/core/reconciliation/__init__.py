"""Reconciliation: rows that must agree are compared, little by little, all the time.

What is safe is repaired, with exactly the effect the normal path would have had; the rest is listed for a person. Each
repair leaves an audit row. Modules offer their own checks (``offer``) in their ``AppConfig.ready``.
"""

from yabot.core.reconciliation.registry import Check, Discrepancy, Kind, Window, checks, kind_of, offer
from yabot.core.reconciliation.walking import Line, Report, look_all, run_all, run_due

__all__ = [
    "Check",
    "Discrepancy",
    "Kind",
    "Line",
    "Report",
    "Window",
    "checks",
    "kind_of",
    "look_all",
    "offer",
    "run_all",
    "run_due",
]
