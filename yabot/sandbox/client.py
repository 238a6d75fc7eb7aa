"""``SandboxClient``: the control API as Python, synchronous and with the standard library only."""

from yabot.sandbox.client_acts import People
from yabot.sandbox.client_records import Records
from yabot.sandbox.control_connection import SandboxProblem


class SandboxClient(People, Records):
    """Makes fake people act and reads what the bot did."""


__all__ = ["SandboxClient", "SandboxProblem"]
