"""Questions and orders between modules, in this process or over HTTP.

``operations`` says what an operation is. Each other module here declares one port: what can be asked of a module that
the one who asks never imports. ``wallets.balances.ask(BalancesAsked((42,)))``.
"""

from yabot.core.ports import achievements, inventories, memberships, missions, wallets
from yabot.core.ports.operations import Answer, Operation, Order, PortBroken, PortUnavailable, Question, Refused

__all__ = [
    "Answer",
    "Operation",
    "Order",
    "PortBroken",
    "PortUnavailable",
    "Question",
    "Refused",
    "achievements",
    "inventories",
    "memberships",
    "missions",
    "wallets",
]
