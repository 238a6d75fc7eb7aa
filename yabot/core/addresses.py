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


_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address is out in the world: none of this machine, of a private network, or of a special kind.

    An IPv6 address that carries an IPv4 address is as public as that one.
    """
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(part.is_global and not part.is_multicast for part in (number, *_carried(number)))


def _carried(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    if isinstance(number, ipaddress.IPv4Address):
        return []
    found = [number.ipv4_mapped, number.sixtofour, *(number.teredo or ())]
    if number in _NAT64:
        found.append(ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF))
    return [part for part in found if part is not None]


def is_private_number(host: str) -> bool:
    """Whether ``host`` is an IP address, and not a public one. A name says nothing yet."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)
