"""Questions and orders between modules: one module declares what it needs, another provides it.

A port is a Protocol; the providing module registers itself in its ``AppConfig.ready``. Here the call is local.
"""

from collections.abc import Sequence
from typing import Protocol


class Wallets(Protocol):
    """What the economy answers about besitos."""

    def balances(self, user_ids: Sequence[int]) -> dict[int, int]:
        """The besitos each of these people has; people without a wallet are absent."""
        ...


class NoProvider(Exception):
    """Nobody offers this port in this process."""


_providers: dict[type, object] = {}


def provide(port: type, provider: object) -> None:
    """Offer ``port`` in this process."""
    _providers[port] = provider


def wallets() -> Wallets:
    """The economy. Raises NoProvider when no module offers it."""
    try:
        return _providers[Wallets]  # type: ignore[return-value]
    except KeyError:
        raise NoProvider("wallets") from None
