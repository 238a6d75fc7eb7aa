"""Ports for servers that tests start, end and start again."""

import socket

_held: list[socket.socket] = []


def held_port() -> int:
    """A port where nobody answers, and that nobody else gets: it is held by a socket that never listens.

    A server that allows reuse of its address, as all of ours do, listens beside it, as often as it likes. A port that
    was only looked up may be somebody else's by the time the server starts.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    return int(holder.getsockname()[1])
