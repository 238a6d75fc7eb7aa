"""Ports of this machine."""

import socket

HOST = "127.0.0.1"
TRIES = 100


class NoFreePort(Exception):
    """Every port that was tried is occupied."""


def is_free(port: int) -> bool:
    """Whether a server could listen here now. A connection that is only fading away does not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_answered(port: int) -> bool:
    """Whether somebody takes connections here."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def free_port(wanted: int, *, besides: frozenset[int] = frozenset()) -> int:
    """``wanted``, or else the next one that is free. Raises NoFreePort."""
    for port in range(wanted, min(wanted + TRIES, 65_536)):
        if port not in besides and is_free(port):
            return port
    raise NoFreePort(f"no port from {wanted} on is free")


def any_free_port() -> int:
    """A port the system chooses."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
