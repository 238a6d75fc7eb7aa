"""What the economy answers other modules, and does for them."""

from gamification.services import wallets
from yabot.core.ports import wallets as port
from yabot.core.ports.wallets import Balances, BalancesAsked, SpendOrdered, Spent


def provide() -> None:
    """Answer in this process."""
    port.balances.provide(balances)
    port.spend.provide(spend)


def balances(asked: BalancesAsked) -> Balances:
    """The besitos each of these readers can spend."""
    return Balances(wallets.balances(asked.user_ids))


def spend(order: SpendOrdered) -> Spent:
    """Take besitos from a reader, once per reference."""
    made = wallets.spend(
        user_id=order.user_id,
        amount=order.amount,
        reason=order.reason.value,
        reference=order.reference,
        note=order.note,
    )
    return Spent(made.pk, made.amount)
