"""Keys that open the API."""

from typing import Any

from yabot.core import keys
from yabot.core.keys import RIGHTS


def bearer(*rights: str, **options: Any) -> dict[str, str]:
    """The header of a new key with these rights, or with all."""
    _, secret = keys.create("a program", rights or RIGHTS, **options)
    return {"Authorization": f"Bearer {secret}"}
