"""What an endpoint may be."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from yabot.core.addresses import is_loopback, is_private_number
from yabot.core.events import EventSignal
from yabot.core.webhooks.errors import BadAddress, NotHttps, PrivateAddress, UnknownEvent


def public_types() -> list[str]:
    """Every event other programs may hear of."""
    return sorted(name for name, signal in EventSignal.known.items() if signal.is_public)


def check_url(url: str) -> None:
    """Raise NotHttps, BadAddress or PrivateAddress. Where a name leads is checked again at each call."""
    try:
        parts = urlsplit(url)
        _port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise BadAddress from None
    if not url.isprintable() or " " in url:  # urlsplit overlooks line breaks
        raise BadAddress
    if parts.scheme not in {"https", "http"} or not host or parts.username is not None or parts.fragment:
        raise BadAddress
    if parts.scheme == "http" and not (is_loopback(host) or settings.DEBUG):
        raise NotHttps
    if not settings.WEBHOOK_PRIVATE_ADDRESSES and (is_loopback(host) or is_private_number(host)):
        raise PrivateAddress


def check_types(types: Any) -> None:
    """Raise UnknownEvent unless this is a list of public event types."""
    known = public_types()
    given: Sequence[Any] = types if isinstance(types, list) else [types]
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise UnknownEvent(unknown=", ".join(unknown), known=", ".join(known))
