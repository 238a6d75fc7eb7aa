"""Where a web address leads: to this machine, to a private network, or out into the world."""

import ipaddress
from typing import Final

WEBHOOK_PATH: Final = "/telegram/webhook/"


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine, by name or number."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
